#!/usr/bin/env bash
# Installs what is missing, builds once and runs the tests; the last line is "N passed, N failed".
#   deploy/test.sh [PROJECT ...] [-OPTION ...]   e.g. deploy/test.sh UnitTests -class '*FeatureKeyTests'
# Projects are chosen by a part of their name; what follows from the first option on goes to the test runner.
set -euo pipefail
root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd -P)
. "$root/deploy/lib.sh"

passed=0 failed=0 skipped=0 fallen=()

conclude() {
  local line="$passed passed, $failed failed"
  [ "${#fallen[@]}" = 0 ] || printf 'Failed: %s\n' "${fallen[@]}"
  [ "$skipped" = 0 ] || line="$line, $skipped skipped"
  printf '%s\n' "$line"
  [ "$failed" = 0 ] && [ "$passed" -gt 0 ]
}

chosen() {
  local project=$1 part
  [ "${#parts[@]}" -gt 0 ] || return 0
  for part in "${parts[@]}"; do
    [[ $project != *"$part"* ]] || return 0
  done
  return 1
}

# The runner's report counts; a run that ends badly without a failed test to show for it counts as one failure.
run_project() {
  local project=$1 report=$results/$1.xml status=0 summary failures
  printf '\n== %s\n' "$project"
  rm -f "$report"
  stoppable "$work/artifacts/bin/$project/release/$project" -noLogo -noColor -result-xml "$report" "${options[@]}" || status=$?
  summary=$(grep -o -m1 '<assembly [^>]*>' "$report" 2>/dev/null || true)
  failures=$(($(count failed) + $(count errors)))
  [ "$status" = 0 ] || [ "$failures" -gt 0 ] || failures=1
  passed=$((passed + $(count passed)))
  failed=$((failed + failures))
  skipped=$((skipped + $(count skipped)))
  mapfile -t -O "${#fallen[@]}" fallen < <(
    grep -o '<test [^>]*result="Fail"[^>]*>' "$report" 2>/dev/null | sed 's/.* name="\([^"]*\)".*/\1/')
}

count() {
  local number
  number=$(sed -n "s/.* $1=\"\([0-9]*\)\".*/\1/p" <<<"$summary")
  printf '%s' "${number:-0}"
}

parts=() options=()
while [ $# -gt 0 ] && [[ $1 != -* ]]; do
  parts+=("$1")
  shift
done
options=("$@")

ensure_home
ensure_sdk
ensure_postgres
ensure_openmp
! chosen FeatureGovernance.BrowserTests || ensure_chromium
work=$(workspace)
if [ "$work" != "$root" ] && [ -d "$root/../shared/data" ]; then
  export FEATGOV_SHARED_DATA=${FEATGOV_SHARED_DATA:-$root/../shared/data}
fi
results=$work/artifacts/test-results
mkdir -p "$results"
temporary_folder

if ! stoppable dotnet build "$work/FeatureGovernance.sln" --configuration Release --verbosity quiet -consoleLoggerParameters:ErrorsOnly; then
  failed=1
  conclude
  exit 1
fi
for folder in "$work"/tests/*Tests/; do
  project=$(basename "$folder")
  ! chosen "$project" || run_project "$project"
done
echo
conclude
