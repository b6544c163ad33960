// Reads back with ali-oss the mirroring and lifecycle rules that our own cmdlets set: node rules.mjs
// Reads what client.mjs reads. Prints "ok NAME" or "FAILED NAME: why" for each check, and the counts as one line of JSON.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connect } from './client.mjs';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const shell = ['Release', 'Debug']
  .map(configuration => join(root, `src/OssMigration.Shell/bin/${configuration}/net10.0/OssMigration.Shell.dll`))
  .find(existsSync);
const bucket = `foreign-rules-${randomBytes(4).toString('hex')}`;
const home = mkdtempSync(join(tmpdir(), 'ossmigration-rules-'));
const target = `${bucket}-to`;
const secret = `S3cret/${randomBytes(12).toString('hex')}`;
const client = connect();
let said = '';

function run(script) { // by our cmdlets; keys come from the environment
  const output = execFileSync('dotnet', ['exec', shell, '-Command', `
    $ErrorActionPreference = 'Stop'
    $to = New-MigrationAddress oss://${bucket} -Endpoint $env:OSS_ENDPOINT -Region $env:OSS_REGION -AddressingStyle Path -EnvironmentPrefix RULES
    $hidden = [securestring]::new()
    $env:RULES_ORIGIN_SECRET.ToCharArray() | ForEach-Object { $hidden.AppendChar($_) }
    $key = [pscredential]::new('ORIGINKEY', $hidden)
    ${script}`], {
    encoding: 'utf8',
    env: {
      ...process.env,
      OSSMIGRATION_HOME: home,
      RULES_ACCESS_KEY_ID: process.env.OSS_ACCESS_KEY_ID,
      RULES_ACCESS_KEY_SECRET: process.env.OSS_ACCESS_KEY_SECRET,
      RULES_ORIGIN_SECRET: secret,
    },
  });
  said += output;
  return output;
}

let passed = 0;
let failed = 0;
async function check(name, action) {
  try {
    await action();
    passed++;
    console.log(`ok ali-oss rules: ${name}`);
  } catch (error) {
    failed++;
    console.log(`FAILED ali-oss rules: ${name}: ${error.message}`);
  }
}

await client.putBucket(bucket);
await client.putBucket(target);
try {
  const own = {
    RuleNumber: '5',
    Condition: { KeyPrefixEquals: 'theirs/', HttpErrorCodeReturnedEquals: '404' },
    Redirect: { RedirectType: 'External', Protocol: 'https', HostName: 'theirs.example', HttpRedirectCode: '302' },
  };
  await client.putBucketWebsite(bucket, { index: 'index.html', error: 'error.html', routingRules: [own] });
  const text = value => Object.fromEntries(Object.entries(value).sort().map(([k, v]) => [k, typeof v === 'object' ? text(v) : v]));

  await check('a rule that we set is read with every value, beside what stood', async () => {
    run(`Set-OssMirrorRule -Destination $to -Prefix 'new home/' -Suffix .jpg -Origin https://from.example/base \`
      -BackupOrigin https://standby.example/ -ProbeUrl https://from.example/alive -ReplacePrefixWith 'old home/' \`
      -PassQueryString -NoFollowRedirect -CheckMd5 -KeepLastModified -AllowHead:$false -SaveMetadata:$false \`
      -PassAllHeaders -RemoveHeader r-1 -SetHeader @{ 's-1' = 'v <1>' } -OriginCredential $key -OriginRegion eu-west-1`);
    const site = await client.getBucketWebsite(bucket);
    assert.equal(site.index, 'index.html');
    assert.equal(site.error, 'error.html');
    assert.equal(site.routingRules.length, 2);
    const [theirs, ours] = [...site.routingRules].sort((a, b) => a.RuleNumber - b.RuleNumber);
    assert.deepEqual(text(theirs), text(own));
    assert.deepEqual(text(ours), text({
      RuleNumber: '10',
      Condition: { KeyPrefixEquals: 'new home/', KeySuffixEquals: '.jpg', HttpErrorCodeReturnedEquals: '404' },
      Redirect: {
        RedirectType: 'Mirror',
        MirrorURL: 'https://from.example/base/',
        MirrorURLSlave: 'https://standby.example/',
        MirrorURLProbe: 'https://from.example/alive',
        MirrorPassQueryString: 'true',
        MirrorFollowRedirect: 'false',
        MirrorCheckMd5: 'true',
        MirrorSNI: 'true',
        MirrorSaveOssMeta: 'false',
        MirrorAllowHeadObject: 'false',
        MirrorUserLastModified: 'true',
        EnableReplacePrefix: 'true',
        ReplaceKeyPrefixWith: 'old home/',
        MirrorHeaders: { PassAll: 'true', Remove: 'r-1', Set: { Key: 's-1', Value: 'v <1>' } },
        MirrorAuth: { AuthType: 'S3V4', Region: 'eu-west-1', AccessKeyId: 'ORIGINKEY', AccessKeySecret: secret },
      },
    }));
  });

  await check('the rule is shown by us and removed, and what ali-oss wrote stays', async () => {
    const shown = run('Get-OssMirrorRule -Destination $to | ForEach-Object { $_.Prefix + "|" + $_.Origin + "|" + $_.OriginAccessKeyId }');
    assert.match(shown, /new home\/\|https:\/\/from\.example\/base\/\|ORIGINKEY/);
    run('Remove-OssMirrorRule -Destination $to -Prefix "new home/" -Suffix .jpg -Confirm:$false');
    const site = await client.getBucketWebsite(bucket);
    assert.equal(site.index, 'index.html');
    assert.deepEqual(site.routingRules.map(text), [text(own)]);
  });

  await check('a lifecycle rule that we set on a source at OSS is read with every value, beside what stood', async () => {
    const own = { id: 'theirs', prefix: 'logs/', status: 'Enabled', days: 30 };
    await client.putBucketLifecycle(bucket, [{ ...own }]); // it takes the id away
    client.useBucket(bucket);
    await client.put('old home/a', Buffer.from('content'));
    const due = run(`
      $from = New-MigrationAddress 'oss://${bucket}/old home/' -Endpoint $env:OSS_ENDPOINT -Region $env:OSS_REGION -AddressingStyle Path -EnvironmentPrefix RULES
      $into = New-MigrationAddress oss://${target} -Endpoint $env:OSS_ENDPOINT -Region $env:OSS_REGION -AddressingStyle Path -EnvironmentPrefix RULES
      $null = New-MigrationJob rules $from $into | Start-OssMigration
      Set-MigrationJob rules -CutoverTime ([DateTimeOffset]::UtcNow)
      $rule = Compare-MigrationData rules -Summary | Set-SourceLifecycle -Confirm:$false
      'due ' + $rule.Date.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'")`).match(/^due (\S+)/m)[1];
    const { rules } = await client.getBucketLifecycle(bucket);
    assert.equal(rules.length, 2);
    const [ours, theirs] = [...rules].sort((a, b) => (a.id < b.id ? -1 : 1));
    assert.deepEqual([theirs.id, theirs.prefix, theirs.status, Number(theirs.days ?? theirs.expiration.days)], [own.id, own.prefix, own.status, own.days]);
    assert.deepEqual([ours.id, ours.prefix, ours.status], ['ossmigration-rules', 'old home/', 'Enabled']);
    assert.equal(ours.date ?? ours.createdBeforeDate ?? ours.expiration.createdBeforeDate, due);
    run('Remove-SourceLifecycle rules -Confirm:$false');
    assert.deepEqual((await client.getBucketLifecycle(bucket)).rules.map(rule => rule.id), ['theirs']);
  });

  await check('nothing that we said holds the secret', () => assert.ok(!said.includes(secret)));
} finally {
  rmSync(home, { recursive: true, force: true });
  for (const name of [bucket, target]) await client.deleteBucket(name).catch(() => {});
}

console.log(JSON.stringify({ client: 'ali-oss rules', passed, failed }));
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
