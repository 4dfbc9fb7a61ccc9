/*
 * skew.h: how far the clock of this machine is from that of the store, which two
 * machines that never meet have in common.
 */
#ifndef STORE_SKEW_H
#define STORE_SKEW_H

struct store;

/*
 * store_skew(s, skew): by how many seconds this clock is ahead of the store's: at
 * least skew[0], at most skew[1]. -1: the store failed, and store_why says why. In
 * a cluster the first of its nodes is asked.
 */
int store_skew(struct store *s, double skew[2]);

#endif
