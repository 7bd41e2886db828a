/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * near.h - "did you mean": how far apart two words are.
 */
#ifndef EVPN_NEAR_H
#define EVPN_NEAR_H

#include <stdbool.h>

/**
 * near_distance() - letters to insert, delete, replace or swap with their neighbour
 *
 * Words of more than 63 letters are far from everything.
 */
unsigned int near_distance(const char *a, const char *b);

/** near_enough() - would a person who typed @typed have meant @word? */
bool near_enough(const char *typed, const char *word, unsigned int *distance);

#endif
