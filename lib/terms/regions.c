/* SPDX-License-Identifier: MIT */
/*
 * regions.c: the catalogue: the city that a provider gives for a region, or the
 * nearest that people know. Names that two providers use for different places
 * are left out.
 */
#include "terms/regions.h"

static const struct {
	const char *name, *city;
} cities[] = {
	/* Amazon Web Services */
	{"us-east-1", "Ashburn"},
	{"us-east-2", "Columbus"},
	{"us-west-1", "San Francisco"},
	{"us-west-2", "Portland"},
	{"ca-central-1", "Montreal"},
	{"ca-west-1", "Calgary"},
	{"mx-central-1", "Querétaro"},
	{"sa-east-1", "São Paulo"},
	{"eu-west-1", "Dublin"},
	{"eu-west-2", "London"},
	{"eu-west-3", "Paris"},
	{"eu-central-1", "Frankfurt"},
	{"eu-central-2", "Zurich"},
	{"eu-north-1", "Stockholm"},
	{"eu-south-1", "Milan"},
	{"eu-south-2", "Zaragoza"},
	{"af-south-1", "Cape Town"},
	{"il-central-1", "Tel Aviv"},
	{"me-south-1", "Manama"},
	{"me-central-1", "Dubai"},
	{"ap-south-1", "Mumbai"},
	{"ap-south-2", "Hyderabad"},
	{"ap-east-1", "Hong Kong"},
	{"ap-northeast-1", "Tokyo"},
	{"ap-northeast-2", "Seoul"},
	{"ap-northeast-3", "Osaka"},
	{"ap-southeast-1", "Singapore"},
	{"ap-southeast-2", "Sydney"},
	{"ap-southeast-3", "Jakarta"},
	{"ap-southeast-4", "Melbourne"},
	{"ap-southeast-5", "Kuala Lumpur"},
	{"ap-southeast-7", "Bangkok"},
	/* Google Cloud */
	{"us-central1", "Council Bluffs"},
	{"us-east1", "Moncks Corner"},
	{"us-east4", "Ashburn"},
	{"us-east5", "Columbus"},
	{"us-south1", "Dallas"},
	{"us-west1", "The Dalles"},
	{"us-west2", "Los Angeles"},
	{"us-west3", "Salt Lake City"},
	{"us-west4", "Las Vegas"},
	{"northamerica-northeast1", "Montreal"},
	{"northamerica-northeast2", "Toronto"},
	{"southamerica-east1", "São Paulo"},
	{"southamerica-west1", "Santiago"},
	{"europe-central2", "Warsaw"},
	{"europe-north1", "Hamina"},
	{"europe-southwest1", "Madrid"},
	{"europe-west1", "St. Ghislain"},
	{"europe-west2", "London"},
	{"europe-west3", "Frankfurt"},
	{"europe-west4", "Eemshaven"},
	{"europe-west6", "Zurich"},
	{"europe-west8", "Milan"},
	{"europe-west9", "Paris"},
	{"europe-west10", "Berlin"},
	{"europe-west12", "Turin"},
	{"africa-south1", "Johannesburg"},
	{"me-central1", "Doha"},
	{"me-west1", "Tel Aviv"},
	{"asia-east1", "Changhua"},
	{"asia-east2", "Hong Kong"},
	{"asia-northeast1", "Tokyo"},
	{"asia-northeast2", "Osaka"},
	{"asia-northeast3", "Seoul"},
	{"asia-south1", "Mumbai"},
	{"asia-south2", "Delhi"},
	{"asia-southeast1", "Singapore"},
	{"asia-southeast2", "Jakarta"},
	{"australia-southeast1", "Sydney"},
	{"australia-southeast2", "Melbourne"},
	/* Microsoft Azure */
	{"eastus", "Boydton"},
	{"eastus2", "Boydton"},
	{"centralus", "Des Moines"},
	{"northcentralus", "Chicago"},
	{"southcentralus", "San Antonio"},
	{"westus", "San Francisco"},
	{"westus2", "Quincy"},
	{"westus3", "Phoenix"},
	{"canadacentral", "Toronto"},
	{"canadaeast", "Quebec City"},
	{"brazilsouth", "São Paulo"},
	{"northeurope", "Dublin"},
	{"westeurope", "Amsterdam"},
	{"uksouth", "London"},
	{"ukwest", "Cardiff"},
	{"francecentral", "Paris"},
	{"germanywestcentral", "Frankfurt"},
	{"switzerlandnorth", "Zurich"},
	{"swedencentral", "Gävle"},
	{"norwayeast", "Oslo"},
	{"polandcentral", "Warsaw"},
	{"italynorth", "Milan"},
	{"spaincentral", "Madrid"},
	{"israelcentral", "Tel Aviv"},
	{"qatarcentral", "Doha"},
	{"uaenorth", "Dubai"},
	{"southafricanorth", "Johannesburg"},
	{"centralindia", "Pune"},
	{"southindia", "Chennai"},
	{"eastasia", "Hong Kong"},
	{"southeastasia", "Singapore"},
	{"japaneast", "Tokyo"},
	{"japanwest", "Osaka"},
	{"koreacentral", "Seoul"},
	{"australiaeast", "Sydney"},
	{"australiasoutheast", "Melbourne"},
	/* Fly.io: the code of the airport */
	{"ams", "Amsterdam"},
	{"arn", "Stockholm"},
	{"bom", "Mumbai"},
	{"cdg", "Paris"},
	{"dfw", "Dallas"},
	{"ewr", "Secaucus"},
	{"fra", "Frankfurt"},
	{"gru", "São Paulo"},
	{"iad", "Ashburn"},
	{"jnb", "Johannesburg"},
	{"lax", "Los Angeles"},
	{"lhr", "London"},
	{"nrt", "Tokyo"},
	{"ord", "Chicago"},
	{"sin", "Singapore"},
	{"sjc", "San Jose"},
	{"syd", "Sydney"},
	{"yyz", "Toronto"},
	/* Hetzner */
	{"fsn1", "Falkenstein"},
	{"nbg1", "Nuremberg"},
	{"hel1", "Helsinki"},
	{"ash", "Ashburn"},
	{"hil", "Hillsboro"},
	/* DigitalOcean */
	{"nyc1", "New York"},
	{"nyc3", "New York"},
	{"sfo3", "San Francisco"},
	{"tor1", "Toronto"},
	{"lon1", "London"},
	{"ams3", "Amsterdam"},
	{"fra1", "Frankfurt"},
	{"blr1", "Bangalore"},
	{"sgp1", "Singapore"},
	{"syd1", "Sydney"},
};

const char *region_city(const char *name)
{
	for (size_t i = 0; i < sizeof cities / sizeof *cities; i++)
		if (strcmp(cities[i].name, name) == 0)
			return cities[i].city;
	return NULL;
}

/* The positions of these cities, in degrees. */
static const struct {
	const char *city;
	double latitude, longitude;
} places[] = {
	{"Amsterdam", 52.37, 4.9},
	{"Ashburn", 39.04, -77.49},
	{"Bangalore", 12.97, 77.59},
	{"Bangkok", 13.76, 100.5},
	{"Berlin", 52.52, 13.41},
	{"Boydton", 36.67, -78.39},
	{"Calgary", 51.05, -114.07},
	{"Cape Town", -33.92, 18.42},
	{"Cardiff", 51.48, -3.18},
	{"Changhua", 24.08, 120.54},
	{"Chennai", 13.08, 80.27},
	{"Chicago", 41.88, -87.63},
	{"Columbus", 39.96, -83},
	{"Council Bluffs", 41.26, -95.86},
	{"Dallas", 32.78, -96.8},
	{"Delhi", 28.61, 77.21},
	{"Des Moines", 41.59, -93.62},
	{"Doha", 25.29, 51.53},
	{"Dubai", 25.2, 55.27},
	{"Dublin", 53.35, -6.26},
	{"Eemshaven", 53.44, 6.83},
	{"Falkenstein", 50.48, 12.37},
	{"Frankfurt", 50.11, 8.68},
	{"Gävle", 60.67, 17.14},
	{"Hamina", 60.57, 27.2},
	{"Helsinki", 60.17, 24.94},
	{"Hillsboro", 45.52, -122.99},
	{"Hong Kong", 22.32, 114.17},
	{"Hyderabad", 17.39, 78.49},
	{"Jakarta", -6.21, 106.85},
	{"Johannesburg", -26.2, 28.05},
	{"Kuala Lumpur", 3.14, 101.69},
	{"Las Vegas", 36.17, -115.14},
	{"London", 51.51, -0.13},
	{"Los Angeles", 34.05, -118.24},
	{"Madrid", 40.42, -3.7},
	{"Manama", 26.23, 50.59},
	{"Melbourne", -37.81, 144.96},
	{"Milan", 45.46, 9.19},
	{"Moncks Corner", 33.2, -80.01},
	{"Montreal", 45.5, -73.57},
	{"Mumbai", 19.08, 72.88},
	{"New York", 40.71, -74.01},
	{"Nuremberg", 49.45, 11.08},
	{"Osaka", 34.69, 135.5},
	{"Oslo", 59.91, 10.75},
	{"Paris", 48.86, 2.35},
	{"Phoenix", 33.45, -112.07},
	{"Portland", 45.52, -122.68},
	{"Pune", 18.52, 73.86},
	{"Quebec City", 46.81, -71.21},
	{"Querétaro", 20.59, -100.39},
	{"Quincy", 47.23, -119.85},
	{"Salt Lake City", 40.76, -111.89},
	{"San Antonio", 29.42, -98.49},
	{"San Francisco", 37.77, -122.42},
	{"San Jose", 37.34, -121.89},
	{"Santiago", -33.45, -70.67},
	{"Secaucus", 40.79, -74.06},
	{"Seoul", 37.57, 126.98},
	{"Singapore", 1.35, 103.82},
	{"St. Ghislain", 50.45, 3.82},
	{"Stockholm", 59.33, 18.07},
	{"Sydney", -33.87, 151.21},
	{"São Paulo", -23.55, -46.63},
	{"Tel Aviv", 32.09, 34.78},
	{"The Dalles", 45.59, -121.18},
	{"Tokyo", 35.68, 139.69},
	{"Toronto", 43.65, -79.38},
	{"Turin", 45.07, 7.69},
	{"Warsaw", 52.23, 21.01},
	{"Zaragoza", 41.65, -0.89},
	{"Zurich", 47.38, 8.54},
};

bool region_position(const char *name, double *latitude, double *longitude)
{
	const char *city = region_city(name);

	for (size_t i = 0; city && i < sizeof places / sizeof *places; i++) {
		if (strcmp(places[i].city, city) != 0)
			continue;
		*latitude = places[i].latitude;
		*longitude = places[i].longitude;
		return true;
	}
	return false;
}

const char *region_continent(double latitude, double longitude)
{
	/* The first box that holds the place: its south, north, west, east. */
	static const struct {
		double box[4];
		const char *name;
	} boxes[] = {
		{{-90, -60, -180, 180}, "Antarctica"},
		{{7, 84, -180, -77.4}, "North America"},
		{{13, 84, -77.4, -52}, "North America"},
		{{59, 84, -52, -26}, "North America"}, /* Greenland */
		{{-60, 13, -93, -30}, "South America"},
		{{37.9, 84, -32, 28}, "Europe"},
		{{42, 84, 28, 48}, "Europe"},
		{{51, 84, 48, 60}, "Europe"},
		{{34.7, 37.9, 13, 28}, "Europe"}, /* Malta to Crete */
		{{36, 37.9, -10, -0.5}, "Europe"}, /* the south of Spain */
		{{27, 37.9, -30, 32.5}, "Africa"},
		{{12.5, 27, -30, 36.5}, "Africa"},
		{{-60, 12.5, -30, 58}, "Africa"},
		{{-60, -10, 110, 180}, "Oceania"},
		{{-10, 30, 141, 180}, "Oceania"},
		{{-60, 30, -180, -93}, "Oceania"},
	};

	for (size_t i = 0; i < sizeof boxes / sizeof *boxes; i++) {
		const double *b = boxes[i].box;

		if (latitude >= b[0] && latitude < b[1] && longitude >= b[2] &&
			longitude < b[3])
			return boxes[i].name;
	}
	return "Asia";
}
