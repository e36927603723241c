import { describe, expect, test } from 'vitest';
import { decodeDicom } from '../../../../src/core/intake/dicom/decode-dicom.ts';
import { WetreadError } from '../../../../src/errors.ts';
import { writeDicom, type Written, type WrittenFile } from '../../../support/write-dicom.ts';

/** What the stored values are shown as. */
const show = async (
  values: readonly number[],
  file: Omit<WrittenFile, 'width' | 'height'> = {},
) => {
  const dicom = writeDicom({ width: values.length, height: 1, values, ...file });
  return [...(await decodeDicom(dicom)).pixels.data];
};
const windowed = (centre: number, width: number, ...more: Written[]): readonly Written[] => [
  ['00281050', 'DS', `${centre}`],
  ['00281051', 'DS', `${width}`],
  ...more,
];
const codeOf = async (file: Partial<WrittenFile>): Promise<string> => {
  try {
    await decodeDicom(writeDicom({ width: 2, height: 2, values: [0, 1, 2, 3], ...file }));
    return 'decoded';
  } catch (error) {
    return error instanceof WetreadError ? error.code : `not one of the table: ${String(error)}`;
  }
};
const saying = (...elements: Written[]) => codeOf({ elements });

describe('stored values are shown as a viewer shows them', () => {
  test('by a linear window', async () => {
    // PS3.3 C.11.2.1.2.1: 0 at c - 0.5 - (w - 1) / 2, 255 at c - 0.5 + (w - 1) / 2.
    const shades = await show([0, 1024, 1536, 2048, 3071, 4095], {
      elements: windowed(2048, 2048),
    });
    expect(shades).toEqual([0, 0, 64, 128, 255, 255]);
  });

  test('by an exact linear window', async () => {
    const elements = windowed(100, 100, ['00281056', 'CS', 'LINEAR_EXACT']);
    expect(await show([50, 75, 100, 150], { elements })).toEqual([0, 64, 128, 255]);
  });

  test('by a sigmoid', async () => {
    const elements = windowed(100, 100, ['00281056', 'CS', 'SIGMOID']);
    const expected = [0, 75, 100, 125, 200].map((x) =>
      Math.round(255 / (1 + Math.exp((-4 * (x - 100)) / 100))),
    );
    expect(await show([0, 75, 100, 125, 200], { elements })).toEqual(expected);
  });

  test('by the first window that is whole, of several', async () => {
    const elements: Written[] = [
      ['00281050', 'DS', '2048\\100'],
      ['00281051', 'DS', '2048\\10'],
    ];
    expect(await show([1024, 3071], { elements })).toEqual([0, 255]);
    const noWidth: Written[] = [
      ['00281050', 'DS', '2048'],
      ['00281051', 'DS', ''],
    ];
    expect(await show([1024, 3071], { elements: noWidth })).toEqual([0, 255]);
  });

  test('by the rescale before the window', async () => {
    const elements = windowed(0, 200, ['00281052', 'DS', '-1000'], ['00281053', 'DS', '2']);
    expect(await show([450, 500, 550], { elements })).toEqual([0, 128, 255]);
  });

  test('by a VOI table rather than a window', async () => {
    const table: Written = [
      '00283010',
      'SQ',
      [
        [
          ['00283002', 'US', [4, 10, 8]],
          ['00283006', 'US', [0, 51, 102, 255]],
        ],
      ],
    ];
    const elements = [...windowed(2000, 10), table];
    expect(await show([0, 10, 11, 12, 13, 4000], { elements })).toEqual([0, 0, 51, 102, 255, 255]);
  });

  test('by a modality table before the window', async () => {
    const table: Written = [
      '00283000',
      'SQ',
      [
        [
          ['00283002', 'US', [3, 0, 16]],
          ['00283006', 'US', [1000, 500, 0]],
        ],
      ],
    ];
    expect(await show([0, 1, 2], { elements: [...windowed(500.5, 1001), table] })).toEqual([
      255, 128, 0,
    ]);
  });

  test('signed values', async () => {
    expect(await show([-100, 0, 100], { signed: true, elements: windowed(0.5, 201) })).toEqual([
      0, 128, 255,
    ]);
  });

  test('overlay bits above the stored ones are not shown', async () => {
    expect(
      await show([0x1000, 0xffff & ~0x800, 0xf7ff], { elements: windowed(2048, 4096) }),
    ).toEqual([0, 127, 127]);
  });

  test('MONOCHROME1 inverted', async () => {
    const elements = windowed(2048, 2048);
    expect(await show([1024, 3071], { elements, photometric: 'MONOCHROME1' })).toEqual([255, 0]);
  });

  test('without a window, from where the darkest of 1000 lie to where the brightest do', async () => {
    const values = Array.from({ length: 1000 }, (_, i) => 1000 + i);
    values[0] = 0;
    values[999] = 4095;
    const shades = await show(values);
    expect([shades[0], shades[5], shades[500], shades[994], shades[999]]).toEqual([
      0, 0, 128, 255, 255,
    ]);
  });

  test('padding is black and does not count', async () => {
    const padded = Array.from({ length: 500 }, () => 4000);
    const values = [...padded, ...Array.from({ length: 500 }, (_, i) => 1000 + i)];
    const shades = await show(values, { elements: [['00280120', 'US', 4000]] });
    expect([shades[0], shades[500], shades[999]]).toEqual([0, 0, 255]);
    const inverted = await show(values, {
      photometric: 'MONOCHROME1',
      elements: [['00280120', 'US', 4000]],
    });
    expect([inverted[0], inverted[500], inverted[999]]).toEqual([0, 255, 0]);
  });

  test('a flat picture is neither black nor white', async () => {
    expect(await show([7, 7, 7])).toEqual([128, 128, 128]);
  });
});

describe('pixels that are not square are made so', () => {
  const elements = windowed(0.5, 256);

  test('taller ones by more rows, wider ones by more columns', async () => {
    const file = { width: 2, height: 2, values: [0, 100, 0, 100] };
    const tall = await decodeDicom(
      writeDicom({ ...file, elements: [['00280030', 'DS', '0.4\\0.2']] }),
    );
    expect([tall.pixels.width, tall.pixels.height]).toEqual([2, 4]);
    const wide = await decodeDicom(writeDicom({ ...file, elements: [['00280034', 'IS', '1\\2']] }));
    expect([wide.pixels.width, wide.pixels.height]).toEqual([4, 2]);
  });

  test('with all the bits of the values', async () => {
    // Half of a grey level apart: were they rounded first, between them would be nothing.
    const file = { width: 1, height: 2, bits: 16, values: [2570, 2699] };
    const elements16 = windowed(32_768, 65_536, ['00280034', 'IS', '4\\1']);
    const { pixels } = await decodeDicom(writeDicom({ ...file, elements: elements16 }));
    expect([...pixels.data]).toEqual([10, 10, 10, 10, 10, 10, 11, 11]);
  });

  test('but not by a spacing that differs by rounding', async () => {
    const nearly: Written = ['00181164', 'DS', '0.1431\\0.1430'];
    const { pixels } = await decodeDicom(
      writeDicom({ width: 2, height: 2, values: [0, 1, 2, 3], elements: [...elements, nearly] }),
    );
    expect([pixels.width, pixels.height]).toEqual([2, 2]);
  });
});

describe('what is not a frontal radiograph is refused by name', () => {
  test.each([
    ['CT', /a CT/],
    ['MR', /an MRI/],
    ['US', /an ultrasound/],
    ['MG', /a mammogram/],
    ['SR', /a structured report/],
    ['NACHNAME', /another kind of examination/],
  ])('%s', async (modality, words) => {
    const file = writeDicom({
      width: 1,
      height: 1,
      values: [1],
      elements: [['00080060', 'CS', modality]],
    });
    await expect(decodeDicom(file)).rejects.toMatchObject({ code: 'dicom-modality' });
    await expect(decodeDicom(file)).rejects.toThrow(words);
  });

  test('a CT that does not say its modality', async () => {
    const storage = '1.2.840.10008.5.1.4.1.1.2';
    expect(await saying(['00080060', 'CS', ''], ['00080016', 'UI', storage])).toBe(
      'dicom-modality',
    );
  });

  test.each(['DX', 'CR', 'RG', 'OT', ''])('"%s" passes', async (modality) => {
    expect(await saying(['00080060', 'CS', modality])).toBe('decoded');
  });

  test.each<[string, Written]>([
    ['by its view', ['00185101', 'CS', 'LL']],
    ['by the code of its view', ['00540220', 'SQ', [[['00080104', 'LO', 'left lateral']]]]],
    ['by its orientation', ['00200020', 'CS', 'P\\F']],
    ['by the name of its series', ['0008103e', 'LO', 'Chest Lateral']],
  ])('a lateral, %s', async (_, element) => {
    expect(await saying(element)).toBe('film-lateral');
  });

  test.each<[string, Written]>([
    ['of somebody lying on a side', ['00185101', 'CS', 'LLD']],
    [
      'of somebody lying on a side, by code',
      ['00540220', 'SQ', [[['00080104', 'LO', 'left lateral decubitus']]]],
    ],
    ['of a study that has a lateral too', ['0008103e', 'LO', 'Chest PA and lateral']],
    ['whose series only sounds like it', ['0008103e', 'LO', 'Chest, collateral']],
  ])('a frontal film %s passes', async (_, element) => {
    expect(await saying(element)).toBe('decoded');
  });

  test('several frames', async () => {
    expect(await saying(['00280008', 'IS', '2'])).toBe('dicom-frames');
    expect(await saying(['00280008', 'IS', '1'])).toBe('decoded');
  });

  test('what it is stored as', async () => {
    expect(await codeOf({ photometric: 'PALETTE COLOR' })).toBe('dicom-format');
    expect(await saying(['00280100', 'US', 32])).toBe('dicom-format');
    expect(await saying(['00280100', 'US', 1])).toBe('dicom-format');
    expect(await codeOf({ syntax: '.4.102' })).toBe('dicom-format');
    expect(await codeOf({ syntax: '.8.1' })).toBe('dicom-format');
  });

  test('no picture, or too large a one', async () => {
    expect(await codeOf({ pixels: Buffer.alloc(0) })).toBe('dicom-no-picture');
    expect(await saying(['00280010', 'US', 0])).toBe('dicom-no-picture');
    expect(await saying(['00280010', 'US', 65_535], ['00280011', 'US', 65_535])).toBe(
      'picture-too-large',
    );
  });
});

describe('what the file says of its film is told', () => {
  const remarksOf = async (file: Partial<WrittenFile>) =>
    (await decodeDicom(writeDicom({ width: 2, height: 1, values: [0, 9], ...file }))).remarks;

  test.each([
    ['L\\F', []],
    ['R\\H', []],
    ['R\\F', ['mirrored']],
    ['L\\H', ['mirrored']],
  ])('orientation %s', async (orientation, remarks) => {
    expect(await remarksOf({ elements: [['00200020', 'CS', orientation]] })).toEqual(remarks);
  });

  test.each([
    ['MONOCHROME2', 'IDENTITY', []],
    ['MONOCHROME1', 'INVERSE', []],
    ['MONOCHROME1', 'IDENTITY', ['polarity-in-doubt']],
    ['MONOCHROME2', 'INVERSE', ['polarity-in-doubt']],
  ])('%s with a presentation shape of %s', async (photometric, shape, remarks) => {
    expect(await remarksOf({ photometric, elements: [['20500020', 'CS', shape]] })).toEqual(
      remarks,
    );
  });

  test('colour is made grey, in either order of its channels, and only real colour is told', async () => {
    const colour = (values: number[], planar: number): Partial<WrittenFile> => ({
      bits: 8,
      photometric: 'RGB',
      values,
      elements: [
        ['00280002', 'US', 3],
        ['00280006', 'US', planar],
      ],
    });
    const decode = (file: Partial<WrittenFile>) =>
      decodeDicom(writeDicom({ width: 2, height: 1, ...file }));
    const interleaved = await decode(colour([255, 0, 0, 0, 0, 255], 0));
    const planar = await decode(colour([255, 0, 0, 0, 0, 255], 1));
    expect([...interleaved.pixels.data]).toEqual([76, 29]);
    expect([...planar.pixels.data]).toEqual([76, 29]);
    expect(planar.remarks).toEqual(['colour-reduced']);
    const grey = await decode(colour([7, 7, 7, 9, 9, 9], 0));
    expect([[...grey.pixels.data], grey.remarks]).toEqual([[7, 9], []]);
  });
});
