/*
 * world_map.h: the land of the world, for small maps.
 */
#ifndef PAGES_WORLD_MAP_H
#define PAGES_WORLD_MAP_H

/* The size of the map; a degree is OUTLINE_DEGREE of its units. */
#define OUTLINE_WIDTH 720
#define OUTLINE_HEIGHT 280
#define OUTLINE_DEGREE 2
/* The corner at its top left. */
#define OUTLINE_NORTH 84
#define OUTLINE_WEST (-180)

/* The data of an SVG path. */
extern const char outline_path[];

#endif
