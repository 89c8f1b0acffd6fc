import { BlockList } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inAny, type Network, parseNetwork } from './network.ts';

function networks(...texts: readonly string[]): readonly Network[] {
  return texts.map((text) => {
    const network = parseNetwork(text);
    if ('refused' in network) throw new TypeError(`${text}: ${network.refused}`);
    return network;
  });
}

describe('a network of trusted peers', () => {
  it('is read in its one spelling', () => {
    expect(parseNetwork('10.1.0.0/16')).toEqual({ family: 4, bytes: [10, 1, 0, 0], bits: 16 });
    expect(parseNetwork('192.0.2.7')).toMatchObject({ family: 4, bits: 32 });
    expect(parseNetwork('2001:db8::/32')).toMatchObject({ family: 6, bits: 32 });
    expect(parseNetwork('::1')).toMatchObject({ family: 6, bits: 128 });
  });

  const typos: readonly (readonly [string, string])[] = [
    ['::ffff:10.0.0.0/8', 'mapped'],
    ['::ffff:10.0.0.0/104', 'mapped'],
    ['10.0.0.0/0', 'everybody'],
    ['0.0.0.0/0', 'everybody'],
    ['::/0', 'everybody'],
    ['10.0.0.1/33', 'bad-length'],
    ['10.0.0.0/', 'bad-length'],
    ['10.0.0.0/08', 'bad-length'],
    ['10.0.0.0/8/8', 'bad-length'],
    ['10.0.0.0/255.0.0.0', 'bad-length'],
    ['10.0.0.1/8', 'host-bits-set'],
    ['0/0', 'not-an-address'],
    ['10/8', 'not-an-address'],
    ['010.0.0.0/8', 'not-an-address'],
    ['0x0a.0.0.0/8', 'not-an-address'],
    [' 10.0.0.0/8', 'not-an-address'],
    ['10.0.0.0 /8', 'not-an-address'],
    ['proxy.example/32', 'not-an-address'],
    ['fe80::1%eth0', 'not-an-address'],
    ['2001:DB8::/32', 'not-canonical'],
    ['2001:db8:0:0:0:0:0:0/32', 'not-canonical'],
    ['', 'not-an-address'],
  ];
  it.each(typos)('A065: %j is refused as %s', (text, flaw) => {
    expect(parseNetwork(text)).toEqual({ refused: flaw });
  });

  it('A133: the mapped form of a peer is not in an IPv4 network by accident, nor in an IPv6 one', () => {
    expect(inAny(networks('10.0.0.0/8'), '::ffff:10.0.0.1')).toBe(false);
    expect(inAny(networks('::/1'), '::ffff:10.0.0.1')).toBe(true);
    expect(inAny(networks('10.0.0.0/8'), '10.0.0.1')).toBe(true);
    expect(inAny(networks('10.0.0.0/8'), '11.0.0.1')).toBe(false);
    expect(inAny(networks('10.0.0.0/8'), 'not an address')).toBe(false);
  });

  it('agrees with the block list of node for every sound network and address', () => {
    const byte = fc.integer({ min: 0, max: 255 });
    fc.assert(
      fc.property(
        fc.tuple(byte, byte, byte, byte),
        fc.tuple(byte, byte, byte, byte),
        fc.integer({ min: 1, max: 32 }),
        (net, address, bits) => {
          const prefix = net
            .map((one, index) => one & ((0xff00 >> Math.min(8, Math.max(0, bits - index * 8))) & 0xff))
            .join('.');
          const list = new BlockList();
          list.addSubnet(prefix, bits, 'ipv4');
          expect(inAny(networks(`${prefix}/${bits}`), address.join('.'))).toBe(
            list.check(address.join('.'), 'ipv4'),
          );
        },
      ),
    );
  });

  it('control: a reader that takes whatever node takes would trust everybody for 10.0.0.0/0', () => {
    const list = new BlockList();
    list.addSubnet('10.0.0.0', 0, 'ipv4');
    expect(list.check('203.0.113.9', 'ipv4')).toBe(true);
  });
});
