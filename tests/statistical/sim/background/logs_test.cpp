// Loss, lateness and gaps of the logs of platform-wide processes.

#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <set>

#include "sim/background/log_collector.hpp"
#include "tests/statistical/sim/background/surroundings.hpp"

using namespace dwell;
using namespace dwell::background;
using namespace dwell::test;

namespace {

constexpr std::int64_t kMinute = 60'000'000;

/// Sends one row of every topic in each of so many minutes through a collector; what arrived, with the minute in which
/// it did.
struct Arrived {
  telemetry::PlatformRows rows;
  std::vector<std::int64_t> window;  // of each audit row
};

Arrived collect(const LogParams& params, std::int64_t minutes, Origin other = kBackground) {
  LogCollector collector(params, {5}, {20'000});
  Arrived all;
  for (std::int64_t m = 0; m < minutes; ++m) {
    const std::int64_t at = m * kMinute + 17;
    const auto id = static_cast<std::uint32_t>(m + 1);
    telemetry::PlatformRows rows;
    rows.keys.push({at, at, id, 1, 0, 0}, kBackground);
    rows.workforce.push({at, at, id, 0}, kBackground);
    rows.audit.push({at - 5, at, id, 1, id, 1, id}, kBackground);
    rows.complaints.push({at, at, id, 0}, kBackground);
    if (other != kBackground) rows.complaints.push({at + 1, at + 1, id + 1'000'000, 0}, other);
    rows.deception.push({at, at, id}, kBackground);
    collector.collect(rows, Time{(m + 1) * kMinute});
    const auto append = [](auto& to, const auto& from) {
      for (std::size_t i = 0; i < from.rows.size(); ++i) to.push(from.rows.row(i), from.origins[i]);
    };
    append(all.rows.keys, rows.keys);
    append(all.rows.workforce, rows.workforce);
    append(all.rows.audit, rows.audit);
    append(all.rows.complaints, rows.complaints);
    append(all.rows.deception, rows.deception);
    for (std::size_t i = 0; i < rows.audit.rows.size(); ++i) all.window.push_back(m);
  }
  return all;
}

template <class Batch>
void check_loss(const Batch& arrived, const LossParams& loss, double sent) {
  double late = 0;
  for (std::size_t i = 0; i < arrived.rows.size(); ++i) late += arrived.rows.ingest_us[i] % kMinute != 17 ? 1 : 0;
  const double lost = sent - static_cast<double>(arrived.rows.size());
  CHECK(lost == Approx(sent * loss.lost).margin(5 * std::sqrt(sent * loss.lost) + 30));  // up to 30 still on their way
  CHECK(late == Approx(sent * loss.late).margin(5 * std::sqrt(sent * loss.late) + 30));
}

}  // namespace

TEST_CASE("rows of every topic are lost and late as often as stated") {
  LogParams params;
  // Often enough that loss of none would show.
  params.keys = params.audit = params.deception = {0.02, 0.08};
  const double sent = 20'000;
  const Arrived arrived = collect(params, 20'000);
  check_loss(arrived.rows.keys, params.keys, sent);
  check_loss(arrived.rows.workforce, params.workforce, sent);
  check_loss(arrived.rows.audit, params.audit, sent);
  check_loss(arrived.rows.complaints, params.complaints, sent);
  check_loss(arrived.rows.deception, params.deception, sent);
}

TEST_CASE("a late row comes in the window of its ingest time, in order, log-normally later") {
  LogParams params;
  params.audit = {0, 0.5};
  params.late_mu = 6;
  params.late_sigma = 0.8;
  const Arrived arrived = collect(params, 20'000);
  const telemetry::AuditBatch& rows = arrived.rows.audit.rows;
  double n = 0, sum = 0, squares = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    REQUIRE(rows.ingest_us[i] / kMinute == arrived.window[i]);
    if (i > 0) REQUIRE(rows.ingest_us[i] >= rows.ingest_us[i - 1]);
    const double late_s = static_cast<double>(rows.ingest_us[i] - rows.time_us[i] - 5) * 1e-6;
    if (late_s <= 0) continue;
    const double z = (std::log(late_s) - params.late_mu) / params.late_sigma;
    n += 1;
    sum += z;
    squares += z * z;
  }
  CHECK(n == Approx(10'000).margin(5 * 71 + 60));
  CHECK(sum / n == Approx(0).margin(5 / std::sqrt(n)));
  CHECK(squares / n == Approx(1).margin(5 * std::sqrt(2 / n)));
}

TEST_CASE("what a campaign causes changes nothing for other rows") {
  const Arrived alone = collect({}, 10'000);
  const Arrived with = collect({}, 10'000, Origin{1});
  std::vector<std::uint32_t> members;
  for (std::size_t i = 0; i < with.rows.complaints.rows.size(); ++i) {
    if (with.rows.complaints.origins[i] == kBackground) members.push_back(with.rows.complaints.rows.member[i]);
  }
  REQUIRE(members.size() == alone.rows.complaints.rows.size());
  for (std::size_t i = 0; i < members.size(); ++i) REQUIRE(members[i] == alone.rows.complaints.rows.member[i]);
}

TEST_CASE("gaps take the rows of a topic on their days and no others") {
  LogParams params;
  params.audit = params.keys = {0, 0};
  params.gaps = {{telemetry::Topic::audit, {20'003}, {20'005}}};
  const Arrived arrived = collect(params, 10 * 1440);
  CHECK(arrived.rows.audit.rows.size() == 7 * 1440);
  for (std::size_t i = 0; i < arrived.rows.audit.rows.size(); ++i) {
    const std::int64_t day = Time{arrived.rows.audit.rows.ingest_us[i]}.day();
    REQUIRE((day < 3 || day > 5));
  }
  CHECK(arrived.rows.keys.rows.size() == 10 * 1440);
  params.on = false;
  const Arrived all = collect(params, 10 * 1440);
  CHECK(all.rows.audit.rows.size() == 10 * 1440);
  CHECK(all.rows.complaints.rows.size() == 10 * 1440);
}

TEST_CASE("rows on their way survive a checkpoint") {
  LogParams params;
  params.audit = {0, 1};
  LogCollector first(params, {5}, {20'000});
  for (std::int64_t m = 0; m < 50; ++m) {
    telemetry::PlatformRows rows;
    for (std::int64_t k = 0; k < 20; ++k) rows.audit.push({m * kMinute, m * kMinute + k, 1, 1, 1, 1, 1}, kBackground);
    first.collect(rows, Time{(m + 1) * kMinute});
  }
  ByteWriter writer;
  first.save(writer);
  LogCollector second(params, {5}, {20'000});
  ByteReader reader(writer.bytes());
  second.restore(reader);
  REQUIRE_FALSE(reader.failed());
  std::size_t came = 0;
  for (std::int64_t m = 50; m < 500; ++m) {
    telemetry::PlatformRows a, b;
    first.collect(a, Time{(m + 1) * kMinute});
    second.collect(b, Time{(m + 1) * kMinute});
    REQUIRE(a.audit.rows.size() == b.audit.rows.size());
    for (std::size_t i = 0; i < a.audit.rows.size(); ++i)
      REQUIRE(a.audit.rows.ingest_us[i] == b.audit.rows.ingest_us[i]);
    came += a.audit.rows.size();
  }
  CHECK(came > 300);
}
