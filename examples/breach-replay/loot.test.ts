import { describe, expect, it } from 'vitest';
import { createLoot } from './loot.ts';

const one = '1850699999042';
const two = '2461299999007';
const corsican = '185062A999003';
const everybody = (): boolean => true;
const bytes = (text: string): Uint8Array => Buffer.from(text);

describe('loot', () => {
  it('counts a person once however often the number arrives', () => {
    const loot = createLoot(everybody);
    const hear = loot.listen();
    hear(bytes(`{"nir":"${one}"} {"nir":"${two}"}`));
    hear(bytes(`{"nir":"${one}"}`));
    expect([...loot.persons]).toEqual([one, two]);
  });

  it('finds a number with its key, in groups, with no-break spaces and from Corsica', () => {
    for (const text of [`${one}37`, '1 85 06 99 999 042', '1\u00a085\u00a006\u202f99 999 042 37']) {
      const loot = createLoot(everybody);
      loot.listen()(bytes(`<td>${text}</td>`));
      expect([...loot.persons]).toEqual([one]);
    }
    const loot = createLoot(everybody);
    loot.listen()(bytes(`data-nir="${corsican}"`));
    expect([...loot.persons]).toEqual([corsican]);
  });

  it('finds a number that packets or chunks cut in two, wherever they cut', () => {
    for (let at = 1; at < one.length; at += 1) {
      const packets = createLoot(everybody);
      const hear = packets.listen();
      hear(bytes(`"${one.slice(0, at)}`));
      hear(bytes(`${one.slice(at)}"`));
      const chunks = createLoot(everybody);
      chunks.listen()(bytes(`"${one.slice(0, at)}\r\n1f4\r\n${one.slice(at)}"`));
      expect([[...packets.persons], [...chunks.persons]]).toEqual([[one], [one]]);
    }
  });

  it('does not mix the bytes of two sockets', () => {
    const loot = createLoot(everybody);
    loot.listen()(bytes(one.slice(0, 6)));
    loot.listen()(bytes(one.slice(6)));
    expect(loot.persons.size).toBe(0);
  });

  it('leaves out digits that are nobody', () => {
    const loot = createLoot((number) => number === two);
    loot.listen()(bytes(`1700000000123 ${two}`));
    expect([...loot.persons]).toEqual([two]);
  });
});
