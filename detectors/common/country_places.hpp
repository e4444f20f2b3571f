#pragma once
// Where countries lie: one point for each, and distances on the sphere.

#include <optional>
#include <string_view>

namespace dwell::detect {

/// Degrees north and east.
struct Place {
  double latitude;
  double longitude;
};

/// The geographic coordinates of a country (a point near its middle), by ISO 3166 alpha-2 code; nothing for codes that
/// the table lacks. Source: The World Factbook, field "Geographic coordinates" (Central Intelligence Agency, public
/// domain), as its editions of the 2000s gave them, in degrees.
std::optional<Place> place_of_country(std::string_view code);

/// Great-circle distance by the haversine formula (Sinnott 1984) on a sphere of radius 6,371.0088 km (the mean radius
/// R1 of the IUGG): 2R asin(√(sin²(Δφ/2) + cos φ₁ cos φ₂ sin²(Δλ/2))). Off by up to .5 % from the ellipsoid.
double distance_km(Place a, Place b);

}  // namespace dwell::detect
