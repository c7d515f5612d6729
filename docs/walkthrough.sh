#!/usr/bin/env bash
# The walkthrough, run for real: takes a running server and a Feast registry, prints each command with its output as Markdown.
#   FEATGOV_URL, FEATGOV_TOKEN   the server and its administrator's token
#   FEATGOV                      the command to run (default deploy/featgov)
#   $1                           the registry.db that `feast apply` wrote
# The server's waits must be short: Lifecycle__MinimumNoticeDays=0 Lifecycle__QuietDays=0 Lifecycle__DisabledDays=0.
set -euo pipefail
registry=$(realpath "$1")
featgov=$(realpath "${FEATGOV:-$(dirname "$0")/../deploy/featgov}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cp "$registry" registry.db
export COLUMNS=110

say() { printf '\n%s\n' "$*"; }
run() { # runs a command as shown; $expect is the exit code it must end with
  printf '\n```console\n$ %s\n' "$*"
  local code=0
  bash -c "set -o pipefail; featgov() { '$featgov' \"\$@\"; }; $*" 2>&1 | sed 's/[[:space:]]*$//' | grep -v '^$' || code=$?
  printf '```\n'
  if [ "$code" != "${expect:-0}" ]; then echo "expected exit code ${expect:-0}, got $code" >&2; exit 1; fi
}
quiet() { bash -c "featgov() { '$featgov' \"\$@\"; }; $*"; }
token() { quiet "featgov token create '$1' --role $2 ${3:+--person $3} --json" | grep -o '"token": *"[^"]*"' | cut -d'"' -f4; }
as() { export FEATGOV_TOKEN="$1"; }
day() { date -u -d "$1 days ago" +%F; }

admin=$FEATGOV_TOKEN
cat <<'TEXT'
# Walkthrough: from a Feast registry to a removed feature

Everything below was printed by `docs/walkthrough.sh`, which ran each command against a freshly started server. The registry is the
credit-scoring example of the Feast project. Waits that take weeks in earnest (notice, quiet days, days disabled) were set to zero.
TEXT

say '## 1. Teams, and a registry they already have'
run 'featgov team set credit --lead credit-lead --member credit-engineer'
run 'featgov team set risk --lead risk-lead --member risk-engineer'
run 'featgov import feast registry.db --team credit'
say 'Importing again changes nothing:'
run 'featgov import feast registry.db --team credit | head -3'
run 'featgov feature list --limit 4'

say '## 2. A model of another team'
credit_lead=$(token 'credit lead' lead credit-lead)
risk_lead=$(token 'risk lead' lead risk-lead)
credit_engineer=$(token 'credit engineer' engineer credit-engineer)
risk_engineer=$(token 'risk engineer' engineer risk-engineer)
ci=$(token 'pipeline' ci)
ingest=$(token 'telemetry' ingest)
as "$risk_engineer"
run 'featgov model set default-risk --team risk --kind ranking --surface loan-desk --metric auc --weight 3 --traffic 40000'
say 'May it read three features of team `credit`? The build asks before anybody merges:'
as "$ci"
expect=1 run 'featgov check --model default-risk --features credit_history:mortgage_due,zipcode_features:location_type,zipcode_features:populaton'
say 'One name is misspelt, and nothing is granted yet. The engineer asks, and the lead of the owner team decides:'
as "$risk_engineer"
run 'featgov adopt request --model default-risk --features credit_history:mortgage_due,zipcode_features:location_type,zipcode_features:population --justification "Debts and place explain defaults."'
as "$credit_lead"
run 'featgov adopt decide 1 approve --comment "Welcome."'
as "$ci"
run 'featgov check --model default-risk --features credit_history:mortgage_due,zipcode_features:location_type,zipcode_features:population'
as "$risk_engineer"
run 'featgov model manifest default-risk v1 --features credit_history:mortgage_due,zipcode_features:location_type,zipcode_features:population'

say '## 3. Telemetry: reads, importance, cost'
for back in $(seq 34 -1 0); do
  for feature in credit_history:mortgage_due zipcode_features:population zipcode_features:location_type; do
    for site in serving training; do
      printf '{"feature":"%s","model":"default-risk","day":"%s","environment":"%s","reads":40000,"requests":40000}\n' "$feature" "$(day $back)" "$site"
    done
  done
  for model in credit_score_v1 credit_score_v2 credit_score_v3 zipcode_model; do
    printf '{"feature":"zipcode_features:location_type","model":"%s","day":"%s","environment":"serving","reads":0,"requests":5000}\n' "$model" "$(day $back)"
  done
  printf '{"feature":"zipcode_features:location_type","day":"%s","resource":"storage","amount":3.5,"unit":"GB"}\n' "$(day $back)" >> costs.ndjson
done > usage.ndjson
cat > importance.ndjson <<JSON
{"model":"default-risk","version":"v1","method":"ablation","evaluatedAt":"$(day 1)T00:00:00Z","metric":"auc","values":[{"feature":"credit_history:mortgage_due","value":0.021,"standardError":0.002},{"feature":"zipcode_features:population","value":0.014,"standardError":0.002},{"feature":"zipcode_features:location_type","value":0.00001,"standardError":0.0001}]}
{"model":"default-risk","version":"v1","method":"permutation","evaluatedAt":"$(day 1)T00:00:00Z","metric":"auc","values":[{"feature":"credit_history:mortgage_due","value":0.034,"standardError":0.001},{"feature":"zipcode_features:population","value":0.019,"standardError":0.001},{"feature":"zipcode_features:location_type","value":0,"standardError":0.0001}]}
JSON
as "$ingest"
run 'head -2 usage.ndjson'
run 'featgov telemetry usage usage.ndjson'
run 'featgov telemetry importance importance.ndjson'
run 'featgov telemetry costs costs.ndjson'
as "$admin"
run 'curl -s -X PUT $FEATGOV_URL/api/v1/prices/storage -H "Authorization: Bearer $FEATGOV_TOKEN" -H "Content-Type: application/json" -d "{\"unit\":\"GB\",\"unitPrice\":0.02,\"effectiveFrom\":\"2020-01-01\"}"'

say '## 4. Every feature scored'
as "$credit_lead"
run 'featgov score run --wait'
run 'featgov score list --limit 4'
run 'featgov score show zipcode_features:location_type'

say '## 5. The worthless one goes'
say 'Proposed with a brownout, its evidence frozen:'
cat > proposal.json <<'JSON'
{"features":["zipcode_features:location_type"],"reason":"Every value is PRIMARY; no model gains by it.",
 "plan":{"noticeDays":0,"brownout":{"windows":[{"opens":"PT0S","closes":"PT1S"}]}}}
JSON
as "$credit_engineer"
run 'featgov deprecate propose --file proposal.json'
say 'Both teams must agree: the owner, and the team whose model reads it.'
as "$credit_lead"
run 'featgov deprecate review 1 approve --comment "It says nothing."'
as "$risk_lead"
run 'featgov deprecate review 1 approve --comment "We measured it: no loss."'
as "$credit_lead"
run 'featgov deprecate advance 1'
say 'On notice: present readers are warned, new ones are refused.'
as "$ci"
run "featgov check --model default-risk --features credit_history:mortgage_due,zipcode_features:location_type --minimum-version \$(FEATGOV_TOKEN=$admin featgov audit list --limit 1 --json | grep -o '\"sequence\": *[0-9]*' | head -1 | grep -o '[0-9]*')" | sed 's/ --minimum-version .*//'
say 'The brownout begins. Disabling is refused while a live model still reads it:'
as "$credit_lead"
sleep 1.1
run 'featgov deprecate advance 1'
sleep 1.5
expect=1 run 'featgov deprecate advance 1'
say 'So the readers leave. Each registers a version without the feature:'
as "$admin"
for model in $(quiet 'featgov feature dependants zipcode_features:location_type --json' | grep -o '"model": *"[^"]*"' | cut -d'"' -f4); do
  version=$(quiet "featgov model show $model --json" | grep -o '"liveVersion": *"[^"]*"' | cut -d'"' -f4)
  quiet "featgov model manifest $model $version --json" | grep -o '"[a-z_]*:[a-z_0-9]*@[0-9]*"' | tr -d '"' | sort -u | grep -v location_type > "$model.txt"
  run "featgov model manifest $model without-location-type --file $model.txt | head -2"
done
sed 's/"reads":40000/"reads":0/' usage.ndjson | grep location_type > quiet.ndjson
as "$ingest"
run 'featgov telemetry usage quiet.ndjson'
as "$credit_lead"
run 'featgov deprecate advance 1'
run 'featgov deprecate advance 1'
run 'featgov feature show zipcode_features:location_type | head -6'
say 'Its key stays reserved, and the check explains it:'
as "$ci"
expect=1 run 'featgov check --model default-risk --features zipcode_features:location_type'
say 'Who did all this is on record, and the record is whole:'
as "$admin"
run 'featgov audit verify'
