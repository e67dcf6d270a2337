import { describe, expect, it } from '@jest/globals';
import { linkState } from '../../src/facts/link-state.ts';
import { fixture, runScript, shellRows } from './shells.ts';

const layout3 = linkState.parse(fixture('kernel-6.1/layout3-link-state.txt'));
const bonds = linkState.parse(fixture('kernel-6.1/bonds-link-state.txt'));

describe('linkState', () => {
  it('tells which port of a bond sends, and how its ports are', () => {
    expect(layout3.get('bond6')).toEqual({
      operstate: 'up',
      carrier: true,
      speed: 20_000,
      duplex: 'full',
      stpState: 'forwarding',
      bond: { miiStatus: 'up', activePort: 'eno4' },
    });
    expect(layout3.get('eno5')).toEqual({
      operstate: 'up',
      carrier: true,
      speed: 10_000,
      duplex: 'full',
      bondPort: { miiStatus: 'up', failures: 0, permanentMac: '02:00:00:00:01:05' },
    });
  });

  it('tells aggregator and partner of a bond that speaks LACP with nobody', () => {
    expect(bonds.get('lacp')?.bond).toEqual({
      miiStatus: 'up',
      aggregator: { id: 1, ports: 1, partnerMac: '00:00:00:00:00:00' },
    });
    expect(bonds.get('eno8')?.bondPort?.aggregatorId).toBe(2);
  });

  it('counts the failures of a port', () => {
    expect(bonds.get('dummy1')?.bondPort).toMatchObject({ failures: 1, permanentMac: '02:00:00:00:01:11' });
    expect(bonds.get('standby')?.bond).toEqual({ miiStatus: 'down' });
  });

  it('tells id and root of a bridge and the STP state of its ports', () => {
    expect(bonds.get('stp')?.bridge).toEqual({ id: '8000.020000000109', rootId: '8000.020000000109' });
    expect(bonds.get('eno9')?.stpState).toBe('listening');
    expect(layout3.get('vnet0')).toMatchObject({ carrier: false, stpState: 'disabled' });
  });

  it('knows no carrier of a link that is down', () => {
    expect(bonds.get('team0')).toEqual({ operstate: 'down' });
  });

  it.each([
    ['none', '-1'],
    ['none, to a 16 bit driver', '65535'],
    ['none, to an old kernel', '4294967295'],
  ])('knows that a speed is %s', (_case, speed) => {
    expect(linkState.parse(`link eth0 up 1 ${speed} full\n`).get('eth0')).not.toHaveProperty('speed');
  });

  it('refuses a line it does not know', () => {
    expect(() => linkState.parse('hello\n')).toThrow('cannot read a line about the state of links: "hello"');
  });

  it.each(shellRows)('reads this machine under %s as under sh', (_name, shell) => {
    const { stdout, stderr, code } = runScript(shell, linkState.script);

    expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
    expect([...linkState.parse(stdout).keys()]).toEqual([
      ...linkState.parse(runScript(['sh'], linkState.script).stdout).keys(),
    ]);
  });
});
