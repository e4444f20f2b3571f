// The first draws of everything pinned, bit for bit, against a file. DWELL_UPDATE_GOLDEN=1 writes the file anew.
#include <array>
#include <bit>
#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include "sim/core/digest.hpp"
#include "sim/core/math.hpp"
#include "sim/core/samplers.hpp"
#include "sim/core/tables.hpp"

using dwell::RandomStream;
using dwell::Seed;

namespace {

constexpr dwell::Purpose kWhat = dwell::purpose("golden");

std::string hexadecimal(std::uint64_t bits) {
  std::array<char, 17> text{};
  std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(bits));
  return text.data();
}
std::uint64_t bits_of(double value) { return std::bit_cast<std::uint64_t>(value); }
std::uint64_t bits_of(std::uint64_t value) { return value; }

/// "name: the first eight values of entity 1, then the digest of 1,000 more from entity 2".
template <class Draw>
std::string line(const char* name, Draw draw) {
  std::string text = std::string(name) + ":";
  RandomStream first(Seed{1}, 1, kWhat);
  for (int i = 0; i < 8; ++i) text.append(" ").append(hexadecimal(bits_of(draw(first))));
  RandomStream more(Seed{1}, 2, kWhat);
  dwell::Digest digest;
  for (int i = 0; i < 1000; ++i) digest.add(bits_of(draw(more)));
  return text + " digest " + hexadecimal(digest.value) + "\n";
}

std::string sampler_lines() {
  using R = RandomStream;
  std::string text;
  text += line("uniform 0 1", [](R& r) { return dwell::sample_uniform(r, 0, 1); });
  text += line("exponential 1", [](R& r) { return dwell::sample_exponential(r, 1); });
  text += line("normal 0 1", [](R& r) { return dwell::sample_normal(r, 0, 1); });
  text += line("lognormal 1.5 1.1", [](R& r) { return dwell::sample_lognormal(r, 1.5, 1.1); });
  text += line("gamma 0.5 1", [](R& r) { return dwell::sample_gamma(r, 0.5, 1); });
  text += line("gamma 2.5 1", [](R& r) { return dwell::sample_gamma(r, 2.5, 1); });
  text += line("beta 1.09 1.21", [](R& r) { return dwell::sample_beta(r, 1.09, 1.21); });
  text += line("poisson 1.6", [](R& r) { return dwell::sample_poisson(r, 1.6); });
  text += line("poisson 250", [](R& r) { return dwell::sample_poisson(r, 250); });
  text += line("binomial 20 0.2", [](R& r) { return dwell::sample_binomial(r, 20, 0.2); });
  text += line("binomial 5000 0.7", [](R& r) { return dwell::sample_binomial(r, 5000, 0.7); });
  text += line("zipf 100000 0.9 2.5", [](R& r) { return dwell::sample_zipf(r, 100'000, 0.9, 2.5); });
  return text;
}

std::string table_lines() {
  std::string text;
  std::vector<double> weights;
  for (int i = 1; i <= 1000; ++i) weights.push_back(1.0 / i);
  const dwell::AliasTable alias(weights);
  text += line("alias 1/k to 1000", [&](RandomStream& r) { return std::uint64_t{alias.draw(r.next32())}; });
  const auto think = [](double p) { return dwell::det_exp(3.5 + 0.97 * dwell::det_normal_quantile(p)) * 1e6; };
  const dwell::DurationTable durations(think, dwell::Duration::seconds(1), dwell::Duration::seconds(1800));
  text += line("duration lognormal 3.5 0.97 s",
               [&](RandomStream& r) { return static_cast<std::uint64_t>(durations.draw(r.next32()).us); });
  const dwell::KeyedPermutation permutation(Seed{1}, kWhat, 77'700'000);
  text += line("permutation of 77700000", [&](RandomStream& r) { return permutation(r.below(77'700'000)); });
  return text;
}

std::string function_lines() {
  std::string text;
  text += line("det_log", [](RandomStream& r) { return dwell::det_log(r.open_uniform() * 100); });
  text += line("det_exp", [](RandomStream& r) { return dwell::det_exp(r.open_uniform() * 1400 - 700); });
  text += line("det_log1p", [](RandomStream& r) { return dwell::det_log1p(r.open_uniform() * 2 - 1); });
  text += line("det_expm1", [](RandomStream& r) { return dwell::det_expm1(r.open_uniform() * 2 - 1); });
  text += line("det_pow", [](RandomStream& r) {
    const double x = r.open_uniform() * 100;
    return dwell::det_pow(x, r.open_uniform() * 20 - 10);
  });
  text += line("det_log_gamma", [](RandomStream& r) { return dwell::det_log_gamma(r.open_uniform() * 50); });
  text += line("det_normal_quantile", [](RandomStream& r) { return dwell::det_normal_quantile(r.open_uniform()); });
  text += line("det_sqrt", [](RandomStream& r) { return dwell::det_sqrt(r.open_uniform()); });
  return text;
}

void compare(const std::string& name, const std::string& found) {
  const std::string path = std::string(DWELL_SOURCE_DIR) + "/tests/golden/sim/core/" + name;
  const char* update = std::getenv("DWELL_UPDATE_GOLDEN");
  if (update != nullptr && std::string(update) == "1") {
    std::ofstream(path, std::ios::binary) << found;
    WARN("wrote " << path);
    return;
  }
  std::ifstream file(path, std::ios::binary);
  INFO("golden file " << path << "; after an intended change: DWELL_UPDATE_GOLDEN=1");
  REQUIRE(file.good());
  std::istringstream lines(found);
  std::string expected, actual;
  while (std::getline(lines, actual)) {
    std::getline(file, expected);
    CHECK(actual == expected);
  }
  CHECK_FALSE(std::getline(file, expected));
}

}  // namespace

TEST_CASE("samplers give the pinned values") { compare("samplers.txt", sampler_lines()); }
TEST_CASE("tables and permutations give the pinned values") { compare("tables.txt", table_lines()); }
TEST_CASE("elementary functions give the pinned bits") { compare("math.txt", function_lines()); }
