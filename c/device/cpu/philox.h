/* philox.h -- fills arrays with random numbers that depend on seed and offset only. */
#ifndef DG_DEVICE_CPU_PHILOX_H
#define DG_DEVICE_CPU_PHILOX_H

#include <stdint.h>

/* Offsets count Philox blocks. A fill of n elements uses up blocks from `offset` on, DG_*_PER_BLOCK
 * elements each, the last one perhaps in part; dg_blocks(n, per_block) says how many, and the
 * caller's next offset lies that much higher. A fill may be split among threads at multiples of
 * that number: element i always comes from block offset + i / per_block of the seed's stream 0. */
enum {
  DG_UNIFORM_F32_PER_BLOCK = 4,
  DG_UNIFORM_F64_PER_BLOCK = 2,
  DG_NORMAL_F32_PER_BLOCK = 4,
  DG_NORMAL_F64_PER_BLOCK = 2,
  DG_BERNOULLI_PER_BLOCK = 4,
  DG_RANDINT_PER_BLOCK = 2,
  DG_PERMUTATION_PER_BLOCK = 2
};

static inline uint64_t dg_blocks(int64_t n, int per_block)
{
  return ((uint64_t)n + (uint64_t)per_block - 1) / (uint64_t)per_block;
}

void dg_philox(uint64_t seed, uint64_t stream, uint64_t counter, uint32_t out[4]);

/* [low, high): steps of (high - low) 2^-24, or 2^-53. low if both are equal. */
void dg_fill_uniform_f32(float *y, int64_t n, uint64_t seed, uint64_t offset, float low,
                         float high);
void dg_fill_uniform_f64(double *y, int64_t n, uint64_t seed, uint64_t offset, double low,
                         double high);

void dg_fill_normal_f32(float *y, int64_t n, uint64_t seed, uint64_t offset, float mean, float std);
void dg_fill_normal_f64(double *y, int64_t n, uint64_t seed, uint64_t offset, double mean,
                        double std);

/* 1 with probability p, which is rounded to a multiple of 2^-32, else 0. */
void dg_fill_bernoulli_u8(uint8_t *y, int64_t n, uint64_t seed, uint64_t offset, double p);

/* [low, high), all equally likely; low < high. */
void dg_fill_randint_i64(int64_t *y, int64_t n, uint64_t seed, uint64_t offset, int64_t low,
                         int64_t high);

/* The numbers 0 .. n - 1 in random order. Cannot be split. */
void dg_permutation_i64(int64_t *y, int64_t n, uint64_t seed, uint64_t offset);

#endif
