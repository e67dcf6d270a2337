import { describe, expect, it } from '@jest/globals';
import { formatPage } from '../../../src/cli/output/page-text.ts';

const page = `<!-- Generated. -->

# ensureThing

Ensures a thing that takes many words to say, so many that they do not fit into one line.

\`\`\`ts
await ensureThing(host, {

  name: 'x',
});
\`\`\`

## Fields

| field  | type                    | default   | meaning                                                           |
| ------ | ----------------------- | --------- | ----------------------------------------------------------------- |
| \`name\` | \`string\`                | required  | Name of the thing.                                                |
| \`mode\` | \`'one' \\| 'two'\` | \`one\` | How it works, which is a long story that wants a second line here. |
| \`size\` | \`number\`                |           | Bytes.                                                            |

## Errors

- \`PlanError\` when the thing is not what it seems to be on the first look at it.
`;

describe('formatPage', () => {
  it('lays a page out for a terminal', () => {
    expect(formatPage(page, 60)).toBe(`ensureThing

  Ensures a thing that takes many words to say, so many that
  they do not fit into one line.

    await ensureThing(host, {

      name: 'x',
    });

Fields

  name: string (required)
      Name of the thing.
  mode: 'one' | 'two' (default: one)
      How it works, which is a long story that wants a
      second line here.
  size: number
      Bytes.

Errors

  - \`PlanError\` when the thing is not what it seems to be on
    the first look at it.
`);
  });
});
