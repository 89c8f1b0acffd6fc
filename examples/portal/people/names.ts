// Family and given names for synthetic persons. Family names are put together from invented halves and
// mean nobody in particular; given names are ordinary ones. Upper case without accents, as in French civil files.

const STARTS: readonly string[] = words(`
  AR BAL BER BOR CAR CHAN COR DAR DEL DOR FAL FER FLO GAL GER HAR JOR LAN LOR MAL MAR MER MON
  NOR PER POR ROL SAL SER TOR VAL VER D'AR L'OR SAINT-
`);
const ENDS: readonly string[] = words(`
  BAC BIGNY CELLE CHAMP DIER DONNET FONT GANDE GUET LAIRE LIGNON MARAIS MESNY MONT NAC NOUX
  PRAT QUIERE RANGE ROY SAC SELIN TEIL VALLON VIGNE
`);
const GIVEN: Readonly<Record<1 | 2, readonly string[]>> = {
  1: words(`
    ADRIEN ALAIN ANTOINE BASILE BRUNO CLEMENT DENIS EMILE FABIEN FELIX GASPARD GUILLAUME HUGO
    JEAN JULIEN KARIM LEO LOUIS MARC MOHAMED NICOLAS OLIVIER PAUL PIERRE QUENTIN RAPHAEL ROMAIN
    SIMON THOMAS VINCENT YANNICK YVES
  `),
  2: words(`
    ADELE AGATHE ALICE AMINA ANNE BLANCHE CAMILLE CHLOE CLAIRE DENISE ELISE EMMA FANNY FATIMA
    GISELE HELENE INES JEANNE JULIE LEA LOUISE MARIE MONIQUE NADIA NOEMIE ODETTE PAULINE ROSE
    SOPHIE SUZANNE VIOLETTE YVONNE
  `),
};

/** Every family name, in code-unit order. */
export const FAMILY_NAMES: readonly string[] = STARTS.flatMap((start) =>
  ENDS.map((end) => start + end),
).sort();

/** Every given name, in code-unit order. */
export const GIVEN_NAMES: readonly string[] = [...GIVEN[1], ...GIVEN[2]].sort();

const RANKS_BY_SEX: Record<1 | 2, readonly number[]> = {
  1: GIVEN[1].map((name) => GIVEN_NAMES.indexOf(name)),
  2: GIVEN[2].map((name) => GIVEN_NAMES.indexOf(name)),
};

/** Picks the family name and given name that belong to a pair of random integers, as ranks in the lists. */
export function nameRanks(sex: 1 | 2, family: number, given: number): { family: number; given: number } {
  const ranks = RANKS_BY_SEX[sex];
  return { family: family % FAMILY_NAMES.length, given: ranks[given % ranks.length] ?? 0 };
}

function words(list: string): readonly string[] {
  return list.trim().split(/\s+/);
}
