/* distinct.c -- finds the different ones among labels, by hashing. */
#include "device/cpu/cpu.h"
#include "device/cpu/label.h"

#include "base/memory.h"

enum { FEW = 128 }; /* a table of so many places needs no memory of its own */

/* A table with room for twice as many places as there are labels, at least two of them. */
static int64_t table_size(int64_t labels)
{
  int64_t size = 2;
  while (size < 2 * labels) size *= 2;
  return size;
}

/* The multiplier is 2^64 divided by the golden ratio: neighbours are spread. */
static uint64_t hash(int64_t label) { return (uint64_t)label * 0x9e3779b97f4a7c15u >> 20; }

/* Turns labels into their places among the different ones, which are listed in `numbers`. A slot of
 * the table has such a place, counted from 1; 0: it is free. */
static int64_t find(int64_t *label, int64_t n, int64_t *numbers, int64_t *table, int64_t size)
{
  int64_t found = 0;
  for (int64_t i = 0; i < size; i++) table[i] = 0;
  for (int64_t i = 0; i < n; i++) {
    if (label[i] < 0) continue;
    uint64_t at = hash(label[i]);
    int64_t *slot = &table[at & (uint64_t)(size - 1)];
    while (*slot && numbers[*slot - 1] != label[i]) slot = &table[++at & (uint64_t)(size - 1)];
    if (!*slot) {
      numbers[found++] = label[i];
      *slot = found;
    }
    label[i] = *slot - 1;
  }
  return found;
}

/* Labels that rise are all different, as those of a row of a sparse matrix are: no table is needed.
 * false where they do not. */
static bool find_rising(int64_t *label, int64_t n, int64_t *numbers)
{
  bool rises = label[0] >= 0;
  for (int64_t i = 1; i < n; i++) rises &= label[i - 1] < label[i];
  for (int64_t i = 0; rises && i < n; i++) numbers[i] = label[i], label[i] = i;
  return rises;
}

int64_t dg_cpu_distinct(const dg_labels *l, const dg_view *numbers, const dg_view *places)
{
  int64_t got = 0, size, few[FEW], *table = few;
  if (l->t.size == 0) return 0;
  dg_read_labels(l, places->data);
  if (find_rising(places->data, l->t.size, numbers->data)) return l->t.size;
  size = table_size(l->t.size);
  if (size > FEW) table = dg_block_alloc(size * (int64_t)sizeof *table, DG_WORKSPACE, &got);
  if (!table) return -1;
  int64_t found = find(places->data, l->t.size, numbers->data, table, size);
  if (size > FEW) dg_block_free(table, got, DG_WORKSPACE);
  return found;
}
