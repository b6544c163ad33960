#!/bin/bash
# Changes the rules that delete or overwrite, one small change at a time, and looks whether a test notices (README.md).
#   run.sh [GROUP...]      groups: verdicts lifecycle removal writes; all of them by default
# Works in a copy of the files that git knows. Needs the .NET SDK, Node and NuGet's dotnet-stryker. Ends with one line of JSON: {"passed":N,"failed":N}
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
here=$PWD/tests/mutants
stryker_version=5.1.0

run_folder=$(mktemp -d)
trap 'rm -rf "$run_folder"' EXIT
trap 'exit 130' INT TERM
unset CI # with it a warning about a mutant would be an error
export MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_USE_MSBUILD_SERVER=0 UseSharedCompilation=false

declare -A tests files
tests[verdicts]='Comparing/*Tests.cs;Versions/HistoryVerdictTests.cs;Versions/HistoryGateTests.cs'
files[verdicts]='Comparing/DecisionRules Comparing/ComparisonRules Comparing/ContentCheck Comparing/SourceFingerprint Comparing/Identity Comparing/ComparisonTally Copying/CutoverEvidence'
tests[lifecycle]='Lifecycle/*Tests.cs;Versions/HistorySurveyTests.cs'
files[lifecycle]='Lifecycle/ComparisonGate Lifecycle/JobGate Lifecycle/MirrorRuleGate Lifecycle/SourceLifecycle Lifecycle/StandingRule Lifecycle/StandingRules
    Lifecycle/LifecycleSource Lifecycle/LifecycleDocument Lifecycle/LifecycleJob Lifecycle/SourceSurvey Lifecycle/VersionSurvey Lifecycle/VersionsPlanner Lifecycle/ObjectsPlanner'
tests[removal]='Jobs/RemovalTests.cs;Jobs/RemovalEdgeTests.cs;Reporting/ReconciliationTests.cs;Jobs/UnencryptedTests.cs;Lists/ObjectListJobTests.cs'
files[removal]='Jobs/GoneRemover Jobs/ReportBuilder Reporting/MigrationReport'
tests[writes]='Jobs/BusinessWriteTests.cs;Jobs/ConflictActionTests.cs;Jobs/LostAnswerTests.cs;Jobs/MirroredObjectTests.cs;Copying/*Tests.cs;Comparing/SupersededTests.cs'
files[writes]='Copying/CutoverStore Copying/TakenKey Copying/ProofRules Copying/SourceStamp'

copy_project() { # GROUP: a copy of the tree whose engine tests are those of the group
    local tree=$run_folder/$1
    mkdir "$tree"
    git ls-files -z | xargs -0 cp --parents -t "$tree" &&
        sed -i "s#</Project>#<ItemGroup><Compile Remove=\"**/*Tests.cs\" /><Compile Include=\"${tests[$1]}\" /></ItemGroup></Project>#" \
            "$tree/tests/OssMigration.Core.Tests/OssMigration.Core.Tests.csproj" &&
        cp "$here/stryker-config.json" "$tree/tests/OssMigration.Core.Tests/"
}

mutate() { # GROUP
    local name patterns=()
    for name in ${files[$1]}; do
        patterns+=(-m "**/$name.cs")
    done
    copy_project "$1" || return
    (cd "$run_folder/$1/tests/OssMigration.Core.Tests" && "$run_folder/tool/dotnet-stryker" --test-runner mtp -c 2 -f stryker-config.json --configuration Release \
        --target-framework net10.0 -p OssMigration.Core.csproj "${patterns[@]}" -r Json -O "$run_folder/$1.out" --skip-version-check) </dev/null >"$run_folder/said" 2>&1 ||
        { tail -n 20 "$run_folder/said"; return 1; }
}

groups=("$@")
((${#groups[@]} > 0)) || groups=(verdicts lifecycle removal writes)
failed=0
dotnet tool install dotnet-stryker --version "$stryker_version" --tool-path "$run_folder/tool" || { echo '{"passed":0,"failed":1}'; exit 1; }
for group in "${groups[@]}"; do
    echo "=== $group"
    if mutate "$group"; then
        reports+=("$run_folder/$group.out/reports/mutation-report.json")
    else
        echo "FAILED $group broke off"
        failed=$((failed + 1))
    fi
    rm -rf "${run_folder:?}/$group"
done
node "$here/judge.mjs" "$here/explained.txt" "$failed" "${reports[@]}"
