import { expect, it } from 'vitest';
import { InputError, NoGpuError } from '../core/errors.ts';
import { errorView } from './errors.ts';

it('tells errors apart by name, as they arrive from a worker', () => {
  const sent = Object.assign(new Error('webgpu: expected a GPU adapter, found none.'), {
    name: 'NoGpuError',
  });
  expect(errorView(sent)).toEqual({ kind: 'noGpu', message: 'webgpu: expected a GPU adapter, found none.' });
  expect(errorView(new NoGpuError('x')).kind).toBe('noGpu');
  expect(errorView(new InputError('y'))).toEqual({ kind: 'input', message: 'y' });
});

it('adds a remedy to errors that are not ours', () => {
  expect(errorView(new TypeError('z is undefined.'))).toEqual({
    kind: 'internal',
    message: 'z is undefined. Reload the page to start afresh.',
  });
  expect(errorView('odd').kind).toBe('internal');
  expect(errorView(Object.assign(new Error('e'), { name: 'constructor' })).kind).toBe('internal');
});
