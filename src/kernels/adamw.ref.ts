/** What an update changes, in place. Each: [n]. */
export interface AdamwState {
  readonly parameters: Float64Array;
  readonly firstMoment: Float64Array;
  readonly secondMoment: Float64Array;
}

interface AdamwRefSettings {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly eps: number;
  readonly weightDecay: number;
  readonly gradClip: number;
  readonly update: number;
}

/** Float64 AdamW with global-norm clipping, in place, in the textbook order. Returns the norm before clipping. */
export function adamwStepRef(
  state: AdamwState,
  gradients: ArrayLike<number>,
  { learningRate, beta1, beta2, eps, weightDecay, gradClip, update }: AdamwRefSettings,
): number {
  const { parameters, firstMoment, secondMoment } = state;
  let squares = 0;
  for (let i = 0; i < parameters.length; i++) squares += gradients[i] ** 2;
  const norm = Math.sqrt(squares);
  const clip = Math.min(1, gradClip / (norm + 1e-6));
  for (let i = 0; i < parameters.length; i++) {
    const g = clip * gradients[i];
    firstMoment[i] = beta1 * firstMoment[i] + (1 - beta1) * g;
    secondMoment[i] = beta2 * secondMoment[i] + (1 - beta2) * g * g;
    const mHat = firstMoment[i] / (1 - beta1 ** update);
    const vHat = secondMoment[i] / (1 - beta2 ** update);
    parameters[i] -= learningRate * (mHat / (Math.sqrt(vHat) + eps) + weightDecay * parameters[i]);
  }
  return norm;
}
