#!/usr/bin/env bash
# Starts the service; the first start installs PostgreSQL where none is found, and builds. Arguments go to the service.
#   FEATGOV_DATA                           the data folder (default ~/.local/share/feature-governance)
#   ConnectionStrings__FeatureGovernance   a PostgreSQL server to use instead of a private one
#   ASPNETCORE_URLS                        the address (default http://127.0.0.1:5080)
set -euo pipefail
root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd -P)
. "$root/deploy/lib.sh"

ensure_home
ensure_sdk
[ -n "${ConnectionStrings__FeatureGovernance:-}" ] || ensure_postgres
ensure_openmp
published Server publish
ASPNETCORE_CONTENTROOT=$published exec dotnet "$published/FeatureGovernance.Server.dll" "$@"
