import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { introspectionXml } from '../../src/dbus/introspection.js';
import { INTERFACES, signatureOf } from '../../src/dbus/members.js';
import { osPath, PACKAGE_OPTIONS, transactionOfAddress, transactionPath } from '../../src/dbus/names.js';
import { parseSignature } from '../../src/dbus/wire/signature.js';
import { ACTIONS, actionId, OPERATIONS } from '../../src/model/operations.js';
import { transactionId } from '../../src/model/transaction.js';
import { runProgram } from './bus-fixture.js';

describe('interfaces', () => {
  it('have the members that clients were written against', () => {
    const members = INTERFACES.flatMap(({ name, methods, properties, signals }) => [
      ...Object.entries(methods).map(
        ([member, each]) => `${name}.${member} ${signatureOf(each.in)} -> ${signatureOf(each.out)}`,
      ),
      ...Object.entries(properties).map(([member, each]) => `${name}.${member} ${each.type}`),
      ...Object.entries(signals).map(([member, each]) => `${name}.${member} (${signatureOf(each.arguments)})`),
    ]);
    assert.deepEqual(
      members.map((line) => line.replace('org.projectatomic.aptostree1.', '')),
      MEMBERS.trim().split('\n'),
    );
  });

  it('use signatures that are none of file descriptors', () => {
    for (const { methods, signals } of INTERFACES) {
      for (const method of Object.values(methods)) parseSignature(signatureOf(method.in) + signatureOf(method.out));
      for (const signal of Object.values(signals)) parseSignature(signatureOf(signal.arguments));
    }
  });

  it('have a method for each operation', () => {
    const os = INTERFACES.find((each) => each.name.endsWith('.OS'));
    for (const { method } of Object.values(OPERATIONS)) assert.ok(Object.hasOwn(os?.methods ?? {}, method), method);
  });

  it('are written as XML that is well formed', async () => {
    const interfaces = INTERFACES.map((each) => each.name);
    const xml = introspectionXml({ interfaces, children: ['OS', 'Sysroot'], isManager: true });
    const script =
      'import sys, xml.dom.minidom as d; print(len(d.parseString(sys.argv[1]).getElementsByTagName("interface")))';
    const { stdout, stderr } = await runProgram([
      '/usr/bin/python3',
      '-c',
      script,
      xml.replace(/<!DOCTYPE[^>]*>\s*/, ''),
    ]);
    assert.equal(stdout, '8\n', stderr);
  });

  it('have an object path for every stateroot, as rpm-ostree escapes it', () => {
    assert.match(osPath('debian'), /\/OS\/debian$/);
    assert.match(osPath('my-os.12'), /\/OS\/my_os_2E12$/);
  });

  it('find the transaction of an address again, and no other', () => {
    const id = transactionId('0123456789abcdef'.repeat(2));
    assert.equal(transactionOfAddress(`unix:path=/run/apt-ostree/transaction-${id}.sock,guid=${'a'.repeat(32)}`), id);
    assert.throws(() => transactionOfAddress('unix:path=/run/x.sock'), { code: 'no-such-transaction' });
    assert.match(transactionPath(id), /\/Transaction\/[0-9a-f]{32}$/);
  });

  it('have a type for every option that stands for a member of a request', () => {
    assert.deepEqual(Object.keys(PACKAGE_OPTIONS.types).sort(), Object.keys(PACKAGE_OPTIONS.members).sort());
  });
});

describe('polkit policy', () => {
  it('has exactly the actions of the table', () => {
    const text = readFileSync('polkit/org.projectatomic.aptostree.policy', 'utf8');
    const ids = [...text.matchAll(/<action id="([^"]+)">/g)].map((match) => match[1]);
    assert.deepEqual(ids, ACTIONS.map(actionId));
  });
});

const MEMBERS = `
Sysroot.RegisterClient a{sv} -> 
Sysroot.UnregisterClient a{sv} -> 
Sysroot.Reload  -> 
Sysroot.ReloadConfig  -> 
Sysroot.GetOS s -> o
Sysroot.Booted o
Sysroot.Path s
Sysroot.ActiveTransaction (sss)
Sysroot.ActiveTransactionPath s
Sysroot.Deployments aa{sv}
Sysroot.AutomaticUpdatePolicy s
OS.Deploy sa{sv} -> s
OS.Upgrade a{sv} -> s
OS.Rebase a{sv}sas -> s
OS.Rollback a{sv} -> s
OS.PkgChange a{sv}asas -> s
OS.UpdateDeployment a{sv}a{sv} -> s
OS.Cleanup as -> s
OS.RefreshMd a{sv} -> s
OS.KernelArgs sasasasa{sv} -> s
OS.SetInitramfsState basa{sv} -> s
OS.FinalizeDeployment a{sv} -> s
OS.SetPinned sba{sv} -> s
OS.GetDeploymentBootConfig sb -> a{sv}
OS.BootedDeployment a{sv}
OS.DefaultDeployment a{sv}
OS.RollbackDeployment a{sv}
OS.CachedUpdate a{sv}
OS.HasCachedUpdateAptDiff b
OS.Name s
Transaction.Start  -> b
Transaction.Cancel  -> 
Transaction.Title s
Transaction.InitiatingClientDescription s
Transaction.Id s
Transaction.State s
Transaction.Step s
Transaction.StepIndex u
Transaction.StepCount u
Transaction.Progress u
Transaction.Booted s
Transaction.ErrorName s
Transaction.ErrorMessage s
Transaction.Unchanged s
Transaction.Report s
Transaction.Finished (bs)
Transaction.Message (s)
Transaction.TaskBegin (s)
Transaction.TaskEnd (s)
Transaction.PercentProgress (su)
Transaction.DownloadProgress ((tt)(uu)(uuu)(uuut)(uu)(tt))
Transaction.ProgressEnd ()
Journal.ListTransactions a{sv} -> as
Journal.ListEvents a{sv} -> as
Journal.Verify  -> bs
Journal.Prune a{sv} -> s
Journal.Appended (tsss)
`;
