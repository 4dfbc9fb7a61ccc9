/*
 * world_map.h: the land of the world, for small maps.
 */
#ifndef PAGES_WORLD_MAP_H
#define PAGES_WORLD_MAP_H

/* The size of the map; a degree is WORLD_MAP_DEGREE of its units. */
#define WORLD_MAP_WIDTH 720
#define WORLD_MAP_HEIGHT 280
#define WORLD_MAP_DEGREE 2
/* The corner at its top left. */
#define WORLD_MAP_NORTH 84
#define WORLD_MAP_WEST (-180)

/* The data of an SVG path. */
extern const char world_map_path[];

#endif
