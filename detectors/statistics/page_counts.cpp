#include "detectors/statistics/page_counts.hpp"

#include <array>
#include <utility>

namespace dwell::detect {

Descriptor page_chart_descriptor(std::string name, std::string summary, std::string paper) {
  const SeasonalOptions defaults;
  Descriptor descriptor;
  descriptor.name = std::move(name);
  descriptor.summary = std::move(summary);
  descriptor.paper = std::move(paper);
  descriptor.memory_bound_bytes = 64 << 10;
  descriptor.counts_only = true;
  descriptor.parameters = {
      {"block_minutes", defaults.block_minutes, 1, 60, "minutes of requests judged together; whole minutes"},
      {"level_days", defaults.level_days, 0.05, 365, "time constant at which the seasonal baseline follows the level"},
      {"profile_days", defaults.profile_days, 7, 365, "time constant of its profiles of the day and the week"},
      {"dispersion_days", defaults.dispersion_days, 1, 365, "time constant of the variance beyond Poisson"},
      {"clip", defaults.clip, 1, 1000, "standard deviations beyond which a count is winsorised before it is learnt"},
  };
  return descriptor;
}

SeasonalOptions seasonal_options(const Descriptor& descriptor) {
  return {.block_minutes = descriptor.parameter("block_minutes"),
          .level_days = descriptor.parameter("level_days"),
          .profile_days = descriptor.parameter("profile_days"),
          .dispersion_days = descriptor.parameter("dispersion_days"),
          .clip = descriptor.parameter("clip")};
}

void count_pages(const WindowRows& rows, WindowTable& table) {
  const telemetry::AccessRows access = rows.access;  // by value: no store can change it
  const std::size_t size = access.size();
  if (size == 0) return;
  // A slot for every page, subscribed to or not, and a power of two of them: no branch on a row.
  constexpr std::uint32_t slots = 16;
  static_assert(kPages <= slots);
  std::array<std::uint32_t, slots> counts{};
  for (std::size_t i = 0; i < size; ++i) ++counts[access.page(i) % slots];
  for (std::uint32_t page = kFirstMemberPage; page < kPages; ++page) {
    if (counts[page] != 0) table.sums.add(page, counts[page]);
  }
}

Status restored(const ByteReader& reader, const Descriptor& descriptor) {
  if (!reader.failed()) return success();
  return Error{"", descriptor.name, "saved state ends early", "the bytes of save with the same parameters"};
}

}  // namespace dwell::detect
