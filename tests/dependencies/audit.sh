#!/bin/bash
# Asks the package manager whether any package of the solution is known to be vulnerable. A source of packages without such data says the same as
# one that knows of no harm, so a package that everybody knows to be vulnerable is asked for first. Exit codes: 0 none is known, 1 some are (they
# are printed), 3 the data cannot be reached here.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

canary=$(mktemp -d)
trap 'rm -rf "$canary"' EXIT
# Source: https://github.com/advisories/GHSA-5crp-9r3c-p9vr
cat >"$canary/canary.csproj" <<'END'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <TargetFramework>net10.0</TargetFramework>
    <NuGetAudit>false</NuGetAudit>
  </PropertyGroup>
  <ItemGroup>
    <PackageReference Include="Newtonsoft.Json" Version="12.0.1" />
  </ItemGroup>
</Project>
END

vulnerable() { # PROJECT: what is known of it, as JSON
    dotnet list "$1" package --vulnerable --include-transitive --format json --no-restore
}

if ! dotnet restore "$canary/canary.csproj" >"$canary/said" 2>&1 || ! vulnerable "$canary/canary.csproj" >"$canary/said" 2>&1 ||
    ! grep -q '"severity"' "$canary/said"; then
    echo 'Data on vulnerable packages cannot be reached here: a package that is known to be vulnerable was not reported. Nothing was audited.'
    exit 3
fi

vulnerable OssMigration.sln >"$canary/said" || {
    cat "$canary/said"
    exit 1
}
if grep -q '"severity"' "$canary/said"; then
    dotnet list OssMigration.sln package --vulnerable --include-transitive --no-restore
    exit 1
fi
echo 'No package of the solution, with all that it brings, is known to be vulnerable.'
