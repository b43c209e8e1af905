// Whole rollouts: one workgroup is one sequence. It runs embedding, layers, logits, sampling and the environment's
// table step for several turns, with its keys and values in `cache`. An opening that sequences share is a sequence of
// its own that is fed and draws nothing. rollout/layers.wgsl and rollout/draw.wgsl belong to this module.
struct Dims {
  L: u32,
  C: u32,
  H: u32,
  F: u32,
  V: u32,
  T: u32, // context
  tile: u32, // rows that pass the layers together
  stepTokens: u32, // 0: only feed
  actions: u32,
  turns: u32, // at most so many now
  base: u32, // sequence of the first workgroup
  seed: u32,
  temperature: f32,
  eps: f32,
  scale: f32, // of the embedding
}

struct Sequence {
  stream: u32,
  automaton: u32, // word of `tables` where its transitions start
  maxTurns: u32,
  prompt: u32, // cache row of position 0, and how many positions follow it there
  promptCount: u32,
  own: u32, // cache row of the position after those
  state: u32,
  turn: u32,
  held: u32, // tokens whose keys and values are cached
  last: u32, // the token behind them
  reply: u32, // word of `tables` of the list behind that, 0: none
  draws: u32, // where the next draw goes
  over: u32,
}

struct Draw {
  token: u32,
  logProb: f32,
  entropy: f32,
}

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> weights: array<vec4f>;
// Quads where the weights start: embedding (V, C), norm (C), then per layer norm1 (C), qkv (C, 3C), out (C, C),
// norm2 (C), gateUp (C, 2F), down (F, C).
@group(0) @binding(2) var<storage, read> places: array<u32>;
@group(0) @binding(3) var<storage, read> angles: array<vec4f>; // (T, D/4): cos, sin, cos, sin
// (V, V) action of a step's first and last token; transitions (state, action): next state, its top bit set where the
// episode is over, and the reply's word behind the automaton; lists (a reply; an opening from its second token on): length, tokens.
@group(0) @binding(4) var<storage, read> tables: array<u32>;
@group(0) @binding(5) var<storage, read_write> cache: array<vec4f>; // (*, L, 2, C): keys, values
@group(0) @binding(6) var<storage, read_write> sequences: array<Sequence>;
@group(0) @binding(7) var<storage, read_write> draws: array<Draw>;

var<workgroup> current: Sequence;
var<workgroup> chosen: u32;

@compute @workgroup_size(SIZE)
fn play(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  lane = local;
  let at = dims.base + group.x;
  if (lane == 0u) {
    current = sequences[at];
  }
  // All threads know the sequence's state and take its steps alike, so barriers stay in uniform control flow.
  var s = workgroupUniformLoad(&current);
  let rows = Rows(s.prompt, s.promptCount, s.own);
  for (var t = 0u; t < dims.turns; t++) {
    if (s.over != 0u) {
      break;
    }
    // Tokens to feed: the last one and the reply, then each drawn one but the last, which the next turn feeds. The
    // layers are called in one place, for compilers copy what they call.
    var count = 1u;
    if (s.reply > 0u) {
      count += tables[s.reply];
    }
    var fed = 0u;
    var drawn = 0u;
    var tool = 0u;
    while (drawn < dims.stepTokens || fed < count) {
      let n = min(dims.tile, count - fed);
      embed(n, s.last, s.reply, fed);
      forward(rows, s.held, n);
      s.held += n;
      fed += n;
      if (fed < count || dims.stepTokens == 0u) {
        continue;
      }
      weigh(n - 1u);
      if (lane == 0u) {
        let sampled = draw(hash3(dims.seed, s.stream, s.held));
        draws[s.draws] = sampled;
        chosen = sampled.token;
      }
      s.last = workgroupUniformLoad(&chosen);
      s.draws++;
      if (drawn == 0u) {
        tool = s.last;
      }
      drawn++;
      s.reply = 0u;
      fed = 0u;
      count = u32(drawn < dims.stepTokens);
    }
    if (dims.stepTokens == 0u) {
      break;
    }
    let action = tables[tool * dims.V + s.last];
    let transition = s.automaton + 2u * (s.state * dims.actions + action);
    let next = tables[transition];
    s.state = next & 0x7fffffffu;
    s.reply = s.automaton + tables[transition + 1u];
    s.turn++;
    // Over: by the environment, at the turn limit, or where the reply and another step do not fit the context.
    let length = s.held + 1u + tables[s.reply] + dims.stepTokens;
    s.over = u32((next >> 31u) == 1u || s.turn >= s.maxTurns || length > dims.T);
  }
  if (lane == 0u) {
    sequences[at] = s;
  }
}
