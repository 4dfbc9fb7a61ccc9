/* SPDX-License-Identifier: MIT */
/*
 * regions.h: the cities where the regions of the large providers are.
 */
#ifndef TERMS_REGIONS_H
#define TERMS_REGIONS_H

#include <stdbool.h>

/*
 * region_city(name): the city that people are shown for a region of AWS, Google
 * Cloud, Azure, Fly.io, Hetzner or DigitalOcean; NULL where it is not known.
 */
const char *region_city(const char *name);

/*
 * region_position(name, latitude, longitude): where that city is, in degrees;
 * false where the region is not known.
 */
bool region_position(const char *name, double *latitude, double *longitude);

/*
 * region_continent(latitude, longitude): the continent of a place, in degrees.
 * It is found by boxes: near a border it may be the neighbouring one.
 */
const char *region_continent(double latitude, double longitude);

#endif
