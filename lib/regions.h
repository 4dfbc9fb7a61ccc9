/*
 * regions.h: the cities where the regions of the large providers are.
 */
#ifndef REGIONS_H
#define REGIONS_H

/*
 * region_city(name): the city that people are shown for a region of AWS, Google
 * Cloud, Azure, Fly.io, Hetzner or DigitalOcean; NULL where it is not known.
 */
const char *region_city(const char *name);

#endif
