#include "detectors/common/country_places.hpp"

#include <algorithm>
#include <array>

#include "sim/core/math.hpp"

namespace dwell::detect {
namespace {

struct Country {
  std::string_view code;
  double latitude;
  double longitude;
};

// clang-format off
constexpr std::array kCountries = std::to_array<Country>({
    {"AE", 24, 54}, {"AF", 33, 65}, {"AL", 41, 20}, {"AM", 40, 45},
    {"AO", -12.5, 18.5}, {"AR", -34, -64}, {"AT", 47.3333, 13.3333}, {"AU", -27, 133},
    {"AZ", 40.5, 47.5}, {"BA", 44, 18}, {"BD", 24, 90}, {"BE", 50.8333, 4},
    {"BG", 43, 25}, {"BH", 26, 50.55}, {"BN", 4.5, 114.6667}, {"BO", -17, -65},
    {"BR", -10, -55}, {"BT", 27.5, 90.5}, {"BY", 53, 28}, {"CA", 60, -95},
    {"CD", 0, 25}, {"CH", 47, 8}, {"CI", 8, -5}, {"CL", -30, -71},
    {"CM", 6, 12}, {"CN", 35, 105}, {"CO", 4, -72}, {"CR", 10, -84},
    {"CU", 21.5, -80}, {"CY", 35, 33}, {"CZ", 49.75, 15.5}, {"DE", 51, 9},
    {"DK", 56, 10}, {"DO", 19, -70.6667}, {"DZ", 28, 3}, {"EC", -2, -77.5},
    {"EE", 59, 26}, {"EG", 27, 30}, {"ES", 40, -4}, {"ET", 8, 38},
    {"FI", 64, 26}, {"FJ", -18, 175}, {"FR", 46, 2}, {"GB", 54, -2},
    {"GE", 42, 43.5}, {"GH", 8, -2}, {"GR", 39, 22}, {"GT", 15.5, -90.25},
    {"GU", 13.4667, 144.7833}, {"HK", 22.25, 114.1667}, {"HN", 15, -86.5}, {"HR", 45.1667, 15.5},
    {"HU", 47, 20}, {"ID", -5, 120}, {"IE", 53, -8}, {"IL", 31.5, 34.75},
    {"IN", 20, 77}, {"IQ", 33, 44}, {"IR", 32, 53}, {"IS", 65, -18},
    {"IT", 42.8333, 12.8333}, {"JM", 18.25, -77.5}, {"JO", 31, 36}, {"JP", 36, 138},
    {"KE", 1, 38}, {"KG", 41, 75}, {"KH", 13, 105}, {"KP", 40, 127},
    {"KR", 37, 127.5}, {"KW", 29.3375, 47.6581}, {"KZ", 48, 68}, {"LA", 18, 105},
    {"LB", 33.8333, 35.8333}, {"LK", 7, 81}, {"LT", 56, 24}, {"LU", 49.75, 6.1667},
    {"LV", 57, 25}, {"LY", 25, 17}, {"MA", 32, -5}, {"MD", 47, 29},
    {"MG", -20, 47}, {"MM", 22, 98}, {"MN", 46, 105}, {"MO", 22.1667, 113.55},
    {"MT", 35.8333, 14.5833}, {"MU", -20.2833, 57.55}, {"MV", 3.25, 73}, {"MX", 23, -102},
    {"MY", 2.5, 112.5}, {"MZ", -18.25, 35}, {"NG", 10, 8}, {"NI", 13, -85},
    {"NL", 52.5, 5.75}, {"NO", 62, 10}, {"NP", 28, 84}, {"NZ", -41, 174},
    {"OM", 21, 57}, {"PA", 9, -80}, {"PE", -10, -76}, {"PG", -6, 147},
    {"PH", 13, 122}, {"PK", 30, 70}, {"PL", 52, 20}, {"PR", 18.25, -66.5},
    {"PT", 39.5, -8}, {"PY", -23, -58}, {"QA", 25.5, 51.25}, {"RO", 46, 25},
    {"RS", 44, 21}, {"RU", 60, 100}, {"SA", 25, 45}, {"SD", 15, 30},
    {"SE", 62, 15}, {"SG", 1.3667, 103.8}, {"SI", 46, 15}, {"SK", 48.6667, 19.5},
    {"SN", 14, -14}, {"SV", 13.8333, -88.9167}, {"SY", 35, 38}, {"TH", 15, 100},
    {"TJ", 39, 71}, {"TM", 40, 60}, {"TN", 34, 9}, {"TR", 39, 35},
    {"TW", 23.5, 121}, {"TZ", -6, 35}, {"UA", 49, 32}, {"UG", 1, 32},
    {"US", 38, -97}, {"UY", -33, -56}, {"UZ", 41, 64}, {"VE", 8, -66},
    {"VN", 16, 106}, {"YE", 15, 48}, {"ZA", -29, 24}, {"ZM", -15, 30},
    {"ZW", -20, 30},
});
// clang-format on

}  // namespace

std::optional<Place> place_of_country(std::string_view code) {
  const auto at =
      std::lower_bound(kCountries.begin(), kCountries.end(), code,
                       [](const Country& country, std::string_view wanted) { return country.code < wanted; });
  if (at == kCountries.end() || at->code != code) return std::nullopt;
  return Place{at->latitude, at->longitude};
}

double distance_km(Place a, Place b) {
  constexpr double kRadiusKm = 6371.0088;
  constexpr double kRadians = 3.14159265358979323846 / 180;
  const double across = det_sin((b.latitude - a.latitude) * kRadians / 2);
  const double along = det_sin((b.longitude - a.longitude) * kRadians / 2);
  const double square =
      across * across + det_cos(a.latitude * kRadians) * det_cos(b.latitude * kRadians) * along * along;
  return 2 * kRadiusKm * det_asin(std::min(1.0, det_sqrt(square)));
}

}  // namespace dwell::detect
