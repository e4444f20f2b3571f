#include "sim/background/surroundings.hpp"

#include <algorithm>
#include <vector>

#include "sim/core/check.hpp"

namespace dwell::background {
namespace {

constexpr int kTries = 64;

MemberId draw_id(const Surroundings& around, RandomStream& random, bool existing) {
  const auto top = static_cast<std::uint32_t>(around.ids);
  MemberId id{1};
  for (int i = 0; i < kTries; ++i) {
    id = {1 + random.below(top)};
    if (around.exists(id) == existing) return id;
  }
  for (std::uint32_t i = 0; i < top && around.exists(id) != existing; ++i) id.value = 1 + id.value % top;
  return id;
}

}  // namespace

MemberId draw_existing(const Surroundings& around, RandomStream& random) { return draw_id(around, random, true); }
MemberId draw_stale(const Surroundings& around, RandomStream& random) { return draw_id(around, random, false); }

MemberId draw_buyer(const Surroundings& around, RandomStream& random) {
  MemberId id = draw_existing(around, random);
  for (int i = 0; i < kTries && around.buys && !around.buys(id, random.uniform()); ++i) {
    id = draw_existing(around, random);
  }
  return id;
}

std::array<double, 24> mean_one(const std::array<double, 24>& hour) {
  double sum = 0;
  for (const double level : hour) sum += level;
  std::array<double, 24> scaled;
  for (std::size_t h = 0; h < scaled.size(); ++h) scaled[h] = sum > 0 ? hour[h] * 24 / sum : 1;
  return scaled;
}

std::vector<protocol::Key> keys_of(const protocol::KeyRing& ring, protocol::KeyUse use, bool orphaned, bool strict) {
  std::vector<protocol::Key> wanted;
  std::vector<protocol::Key> used;
  for (const protocol::Key& key : ring.keys) {
    if (key.use != use || key.share <= 0) continue;
    used.push_back(key);
    if (key.owner_left == orphaned) wanted.push_back(key);
  }
  return wanted.empty() && !strict ? used : wanted;
}

std::vector<protocol::Key> desk_keys(const protocol::KeyRing& ring) {
  std::vector<protocol::Key> used;
  for (const protocol::Key& key : ring.keys) {
    if (key.use == protocol::KeyUse::support && key.share > 0) used.push_back(key);
  }
  return used.empty() ? keys_of(ring, protocol::KeyUse::service, false, false) : used;
}

std::vector<protocol::Key> settled_signing_keys(const protocol::KeyRing& ring) {
  std::vector<protocol::Key> settled;
  std::vector<protocol::Key> used;
  for (const protocol::Key& key : ring.keys) {
    if (key.use != protocol::KeyUse::token_signing || key.share <= 0) continue;
    used.push_back(key);
    if (key.created < Time{} - Duration::days(365)) settled.push_back(key);
  }
  return settled.empty() ? used : settled;
}

TokenId make_token(Seed seed, std::uint32_t entity, Purpose what, std::uint32_t ordinal) {
  return as_token(random_block(seed, entity, what, ordinal, 0).low());
}

}  // namespace dwell::background
