// adler32 (RFC 1950 §9) with 128-bit vectors, 32 bytes a step. AssemblyScript; see README.md for the command.

const prime: u32 = 65521;
// Steps until a sum must be reduced: 173 × 32 bytes stay below the 5552 after which the second sum may overflow.
const steps: u32 = 173;

/** Continues `adler` over `length` bytes at `at` in memory. */
export function update(at: usize, length: u32, adler: u32): u32 {
  let s1: u32 = adler & 0xffff;
  let s2: u32 = adler >>> 16;
  const w0 = i16x8(32, 31, 30, 29, 28, 27, 26, 25);
  const w1 = i16x8(24, 23, 22, 21, 20, 19, 18, 17);
  const w2 = i16x8(16, 15, 14, 13, 12, 11, 10, 9);
  const w3 = i16x8(8, 7, 6, 5, 4, 3, 2, 1);
  let whole = length >>> 5;
  while (whole > 0) {
    let n = min(whole, steps);
    whole -= n;
    // First sum: of the bytes. Before: first sums at the beginning of each step. Weighted: bytes by distance to the end.
    let sum = i32x4.splat(0);
    let before = i32x4.splat(0);
    let weighted = i32x4.splat(0);
    s2 += s1 * 32 * n;
    do {
      const a = v128.load(at);
      const b = v128.load(at, 16);
      before = i32x4.add(before, sum);
      const pairs = i16x8.add(i16x8.extadd_pairwise_i8x16_u(a), i16x8.extadd_pairwise_i8x16_u(b));
      sum = i32x4.add(sum, i32x4.extadd_pairwise_i16x8_u(pairs));
      weighted = i32x4.add(weighted, i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_u(a), w0));
      weighted = i32x4.add(weighted, i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_u(a), w1));
      weighted = i32x4.add(weighted, i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_u(b), w2));
      weighted = i32x4.add(weighted, i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_u(b), w3));
      at += 32;
    } while (--n);
    s1 = (s1 + lanes(sum)) % prime;
    s2 = (s2 + lanes(before) * 32 + lanes(weighted)) % prime;
  }
  for (let rest = length & 31; rest > 0; rest--) {
    s1 += load<u8>(at++);
    s2 += s1;
  }
  return ((s2 % prime) << 16) | (s1 % prime);
}

// @ts-ignore: decorator of the compiler
@inline
function lanes(v: v128): u32 {
  return (
    i32x4.extract_lane(v, 0) + i32x4.extract_lane(v, 1) + i32x4.extract_lane(v, 2) + i32x4.extract_lane(v, 3)
  );
}
