#include "detectors/api/descriptor.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "detectors/catalogue.hpp"
#include "detectors/chosen.hpp"

namespace dwell::detect {

TEST_CASE("a parameter takes what its range holds, and a whole one no fractions", "[detectors]") {
  Descriptor d;
  d.name = "mine";
  d.parameters = {{"share", .5, 0, 1, "a share"}, {"rows", 2, 1, 1e6, "a count", Numbers::whole}};
  for (const double good : {0., .25, 1.}) CHECK(d.set("share", good).ok());
  for (const double good : {1., 7., 1e6}) {
    CHECK(d.set("rows", good).ok());
    CHECK(d.parameter("rows") == good);
  }
  for (const double bad : {1.5, .5, 1e6 + .5, -1., 1e6 + 1, std::numeric_limits<double>::infinity()}) {
    const Status set = d.set("rows", bad);
    REQUIRE_FALSE(set.ok());
    CHECK(set.error().place == "rows");
    CHECK(set.error().accepted == "a whole number from 1 to 1000000");
  }
  CHECK(d.parameter("rows") == 1e6);
  CHECK(d.set("share", 2).error().accepted == "0 to 1");
}

TEST_CASE("no count of the catalogue takes a fraction", "[detectors]") {
  std::size_t whole = 0;
  for (const CatalogueEntry& entry : catalogue()) {
    for (const Parameter& p : entry.describe().parameters) {
      if (p.numbers != Numbers::whole) continue;
      ++whole;
      INFO(entry.describe().name << " " << p.name);
      for (const double number : {p.value, p.least, p.most}) CHECK(std::trunc(number) == number);
      CHECK_FALSE(entry.describe().set(p.name, p.least + .5).ok());
    }
  }
  CHECK(whole >= 60);
  for (const char* typed : {"midas:columns=100.5", "midas-r:rows=1.5", "midas-f:rows=1.5", "rrcf:trees=30.5",
                            "half-space-trees:depth=3.5", "isolation-forest:sample=99.9", "holt-winters:season=7.5",
                            "xstream:chains=2.5", "loda:bins=2.5", "pca-subspace:refit=2.5", "glr-window:window=2.5",
                            "ewma:block_minutes=1.5", "ensemble-holm:past=24.5", "first-seen:hashes=1.5"}) {
    const auto chosen = choose_detector(typed);
    REQUIRE_FALSE(chosen.ok());
    const std::string text(typed);
    INFO(text);
    CHECK(chosen.error().place == text.substr(0, text.find(':')));
    CHECK(chosen.error().found == "found \"" + text.substr(text.find(':') + 1) + "\"");
    CHECK(chosen.error().accepted.starts_with("a whole number from "));
  }
}

TEST_CASE("a detector of series or edges reads its parameters, but those of telemetry", "[detectors]") {
  std::size_t of_telemetry = 0;
  for (const CatalogueEntry& entry : catalogue()) {
    if (entry.make_series == nullptr && entry.make_edges == nullptr) continue;
    const Descriptor all = entry.describe();
    for (std::size_t i = 0; i < all.parameters.size(); ++i) {
      INFO(all.name << " " << all.parameters[i].name);
      Descriptor without = all;
      without.parameters.erase(without.parameters.begin() + static_cast<std::ptrdiff_t>(i));
      const auto make = [&] {
        if (entry.make_series != nullptr) entry.make_series(without, 2);
        if (entry.make_edges != nullptr) entry.make_edges(without);
      };
      if (all.parameters[i].use == Use::telemetry) {
        ++of_telemetry;
        CHECK_NOTHROW(make());
      } else {
        CHECK_THROWS_AS(make(), InvariantError);
      }
    }
  }
  CHECK(of_telemetry >= 30);
}

}  // namespace dwell::detect
