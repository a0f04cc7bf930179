import { describe, expect, it } from 'vitest';
import { csvRow } from './csv.ts';

describe('a row of a CSV file', () => {
  it.each([
    [['a', 'b c', ''], 'a,b c,\r\n'],
    [['a,b', 'say "no"', 'two\nlines', 'two\r\nlines'], '"a,b","say ""no""","two\nlines","two\r\nlines"\r\n'],
    [['Pl@ntNet', '1-2', 'a=b', "it's"], "Pl@ntNet,1-2,a=b,it's\r\n"],
    [['Überall 🌱'], 'Überall 🌱\r\n'],
  ])('of %j keeps its values', (cells, row) => {
    expect(csvRow(cells)).toBe(row);
  });

  it.each([
    ['=HYPERLINK("https://evil.example","Click")', '"\'=HYPERLINK(""https://evil.example"",""Click"")"'],
    ['+1', "'+1"],
    ['-2+3', "'-2+3"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\t=1', "'\t=1"],
    ['\r=1', '"\'\r=1"'],
    ['\n=1', '"\'\n=1"'],
    ['\uFF1D1', "'\uFF1D1"],
  ])('makes %j a text instead of a formula', (cell, written) => {
    expect(csvRow([cell])).toBe(`${written}\r\n`);
  });
});
