/** An error whose message reads `where: expected X, got Y` and then the remedy. */
export class LabError extends Error {
  override name = 'LabError';
}

/** Bad input from a person: the message says what is wrong and how to mend it. The CLI exits with 2. */
export class InputError extends LabError {
  override name = 'InputError';
}

/** A tensor or a dimension that does not fit an op. */
export class ShapeError extends LabError {
  override name = 'ShapeError';
}

/** The GPU went away (driver reset, sleep, out of memory). Ask for adapter and device again. */
export class DeviceLostError extends LabError {
  override name = 'DeviceLostError';
}

/** The browser or machine has no usable WebGPU. */
export class NoGpuError extends LabError {
  override name = 'NoGpuError';
}
