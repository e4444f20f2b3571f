// The digest of a small platform with everything switched on: it changes only when the model does. When a change is
// meant, replace the figures by those the failing test prints.

#include <catch2/catch.hpp>

#include "tests/property/sim/commerce/platform.hpp"

using namespace dwell;
using namespace dwell::commerce;

namespace {
constexpr std::uint64_t kBackgroundDigest = 0x732b560ad10e7319ULL;
constexpr std::uint64_t kForeignDigest = 0x4c4978c7f5b3fabeULL;
constexpr std::uint64_t kAccessRows = 89'087;
constexpr std::uint64_t kAuthRows = 10'547;
}  // namespace

TEST_CASE("golden digest of a small platform", "[golden][commerce]") {
  testing::Setup setup;
  setup.days = 2;
  setup.params.calendar.holidays = {testing::kTuesday};
  setup.params.calendar.promotions = {{Date{testing::kTuesday.days + 1}, Date{testing::kTuesday.days + 1}, 2, 1.2}};
  setup.params.calendar.outages = {{testing::kTuesday, Duration::hours(20), Duration::minutes(30), .8}};
  for (std::uint32_t s = 0; s < setup.shards; ++s) {
    const Time noon{Duration::hours(12).us};
    using protocol::KeyChange;
    using protocol::Priority;
    setup.messages.push_back(
        testing::sent(s, noon, Priority::key_change, KeyChange{KeyId{950}, KeyChange::Kind::created, {}}));
    setup.messages.push_back(
        testing::sent(s, noon, Priority::key_change, KeyChange{KeyId{900}, KeyChange::Kind::rotated, {}}));
    setup.messages.push_back(testing::sent(s, noon + Duration::hours(6), Priority::key_change,
                                           KeyChange{KeyId{900}, KeyChange::Kind::revoked, {}}));
    setup.messages.push_back(testing::sent(s, noon, Priority::visit, protocol::Visit{1, Origin{1}}));
  }
  testing::Platform platform(setup);
  platform.run();
  const ShardStats total = platform.total();
  CHECK(total.background_digest == kBackgroundDigest);
  CHECK(total.foreign_digest == kForeignDigest);
  CHECK(total.rows.access == kAccessRows);
  CHECK(total.rows.auth == kAuthRows);
}
