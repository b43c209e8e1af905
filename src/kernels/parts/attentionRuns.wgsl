// Which rows a team and a thread of attention.wgsl take, and where they lie.
// Rows that follow one another: a team's, or a thread's own.
struct Run {
  first: u32,
  count: u32,
  head: u32,
}

fn thread(id: vec3u, groups: vec3u) -> u32 {
  return id.y * groups.x * 64u + id.x;
}

// What team i takes: the next ROWS * LANES rows of a block, of which none may be left.
fn runOf(i: u32) -> Run {
  let head = i % H;
  let b = i / H;
  if (GROUP == 1u) {
    return Run(b, 1u, head);
  }
  let parts = GROUP / (ROWS * LANES);
  let run = rows[dims.M + b / parts];
  let start = b % parts * ROWS * LANES;
  let left = max(run.y, start) - start;
  return Run(run.x + start, min(left, ROWS * LANES), head);
}

// What a lane takes of its team's run, perhaps nothing.
fn ownOf(run: Run, lane: u32) -> Run {
  let start = lane * ROWS;
  return Run(run.first + start, min(max(run.count, start) - start, ROWS), run.head);
}

// Row j of a run, or the run's last where it has no such row.
fn rowOf(own: Run, j: u32, run: Run) -> u32 {
  return min(own.first + j, run.first + run.count - 1u);
}

// The part that a lane loads for its team, of the parts at `at`; broadcast(loaded[d / LANES], d % LANES) is part d.
fn shareOf(at: u32, i: u32, lane: u32) -> u32 {
  return at + min(i * LANES + lane, PARTS - 1u);
}

// Place in (M, H, D) of part i of a run. What a run loads and stores takes a loop that no compiler writes out, into or from an
// array of its own: written out it is most of the code and of the time to compile it, and the sums stay in registers.
fn partAt(run: Run, i: u32) -> u32 {
  return ((run.first + i / PARTS) * H + run.head) * PARTS + i % PARTS;
}
