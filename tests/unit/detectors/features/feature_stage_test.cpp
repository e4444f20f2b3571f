// The stage's vectors against counts made row by row, and its table against any grouping of the rows.

#include <catch2/catch.hpp>
#include <map>
#include <memory>
#include <numeric>
#include <set>

#include "detectors/features/feature_stage.hpp"
#include "sim/core/digest.hpp"
#include "sim/core/math.hpp"
#include "tests/unit/detectors/stream.hpp"

namespace dwell::detect::test {
namespace {

constexpr std::int64_t kHourUs = 60 * kWindowUs;

double value(const FeatureVector& v, FeatureId id) { return v.value[place(id)]; }
double log_count(std::int64_t n) { return det_log(static_cast<double>(n) + .5); }

WindowInfo info(std::size_t w) {
  const auto begin = static_cast<std::int64_t>(w) * kWindowUs;
  return {static_cast<std::int64_t>(w), begin, begin + kWindowUs};
}

WindowRows rows_of(const telemetry::AccessBatch& batch) {
  WindowRows rows;
  rows.access = {batch, {}};
  return rows;
}

/// One window's rows through the stage.
void step(FeatureStage& stage, std::size_t w, const telemetry::AccessBatch& batch) {
  WindowTable table;
  Scores scores;
  scores.begin(0);
  stage.observe(rows_of(batch), nullptr, table);
  stage.close(info(w), {}, table, scores);
  REQUIRE(scores.items().empty());
}

std::vector<std::byte> state_of(const FeatureStage& stage) {
  ByteWriter writer;
  stage.save(writer);
  return {writer.bytes().begin(), writer.bytes().end()};
}

/// Exact counts of an hour.
struct Plain {
  std::map<int, std::int64_t> pages, statuses, ages;
  std::map<std::uint32_t, std::int64_t> sources, networks, countries;
  std::set<std::uint32_t> members;
  std::int64_t all = 0, data = 0, lines = 0, records = 0, answered = 0, nobody = 0;

  void add(const telemetry::AccessRow& row) {
    ++all;
    ++pages[row.page];
    ++statuses[row.status];
    lines += row.log_lines;
    if (!is_member_data(static_cast<Page>(row.page))) return;
    ++data;
    const std::int64_t age_us = row.time_us - row.token_issued_us;
    ++ages[age_us <= kHourUs / 6 ? 0 : age_us <= kHourUs ? 1 : age_us <= 24 * kHourUs ? 2 : 3];
    ++sources[row.source];
    ++networks[row.network];
    ++countries[row.country];
    members.insert(row.member);
    records += row.records;
    if (row.status != telemetry::kStatusOk) return;
    ++answered;
    nobody += row.records == 0;
  }
};

template <class Counts>
double entropy(const Counts& counts) {
  double total = 0;
  for (const auto& [key, n] : counts) total += static_cast<double>(n);
  double h = 0;
  for (const auto& [key, n] : counts) {
    const double p = static_cast<double>(n) / total;
    h -= p * det_log(p);
  }
  return h;
}

/// A stream with statuses, ages, countries and log lines of many kinds.
Stream varied(std::size_t days) {
  Stream stream = make_stream(days, {});
  std::uint64_t n = 0;
  for (StreamWindow& window : stream) {
    telemetry::AccessBatch batch;
    for (std::size_t i = 0; i < window.access.size(); ++i) {
      telemetry::AccessRow row = window.access.row(i);
      const std::uint64_t bits = mix64(++n, 77);
      row.status = bits % 50 == 0   ? telemetry::kStatusRefused
                   : bits % 50 == 1 ? telemetry::kStatusForbidden
                   : bits % 50 == 2 ? telemetry::kStatusBlocked
                                    : telemetry::kStatusOk;
      row.token_issued_us = row.time_us - static_cast<std::int64_t>(mix64(bits, 1) % (30 * kHourUs));
      if (mix64(bits, 2) % 2 == 0) row.token_issued_us = row.time_us - static_cast<std::int64_t>(bits % kHourUs);
      row.country = static_cast<std::uint16_t>(mix64(bits, 3) % 10 == 0 ? 40 + bits % 3 : 7);
      row.log_lines = static_cast<std::uint8_t>(1 + bits % 9);
      row.records = static_cast<std::uint16_t>(mix64(bits, 4) % 4);
      batch.push(row);
    }
    window.access = std::move(batch);
  }
  return stream;
}

}  // namespace

TEST_CASE("a feature vector holds what the rows of its hour amount to", "[detectors][features]") {
  const Stream stream = varied(5);
  FeatureStage stage;
  std::size_t vectors = 0;
  Plain plain;
  for (std::size_t w = 0; w < stream.size(); ++w) {
    for (std::size_t i = 0; i < stream[w].access.size(); ++i) plain.add(stream[w].access.row(i));
    step(stage, w, stream[w].access);
    if ((w + 1) % 60 != 0) {
      REQUIRE(stage.vector() == nullptr);
      continue;
    }
    // The first hour has no past, and three days are learnt before anything is said.
    REQUIRE((stage.vector() != nullptr) == (w + 1 > 3 * 1440 + 60));
    if (stage.vector() == nullptr) {
      plain = {};
      continue;
    }
    const FeatureVector& v = *stage.vector();
    ++vectors;
    INFO("window " << w);
    for (int page = 0; page < static_cast<int>(kPages); ++page)
      CHECK(v.value[static_cast<std::size_t>(page)] == log_count(plain.pages[page]));
    CHECK(value(v, FeatureId::requests) == log_count(plain.all));
    CHECK(value(v, FeatureId::status_ok) == log_count(plain.statuses[200]));
    CHECK(value(v, FeatureId::status_refused) == log_count(plain.statuses[401]));
    CHECK(value(v, FeatureId::status_forbidden) == log_count(plain.statuses[403]));
    CHECK(value(v, FeatureId::status_blocked) == log_count(plain.statuses[429]));
    CHECK(value(v, FeatureId::age_minutes) == log_count(plain.ages[0]));
    CHECK(value(v, FeatureId::age_hour) == log_count(plain.ages[1]));
    CHECK(value(v, FeatureId::age_day) == log_count(plain.ages[2]));
    CHECK(value(v, FeatureId::age_older) == log_count(plain.ages[3]));
    const std::int64_t abroad = plain.data - plain.countries[7];
    CHECK(value(v, FeatureId::country_home) == log_count(plain.countries[7]));
    CHECK(value(v, FeatureId::country_abroad) == log_count(abroad));
    CHECK(value(v, FeatureId::country_top_abroad) ==
          log_count(std::max({plain.countries[40], plain.countries[41], plain.countries[42]})));
    const auto odds = [](std::int64_t n, std::int64_t of) { return log_count(n) - log_count(of - n); };
    CHECK(value(v, FeatureId::share_nobody) == Approx(odds(plain.nobody, plain.answered)).margin(1e-12));
    CHECK(value(v, FeatureId::share_member_data) == Approx(odds(plain.data, plain.all)).margin(1e-12));
    CHECK(value(v, FeatureId::share_abroad) == Approx(odds(abroad, plain.data)).margin(1e-12));
    CHECK(value(v, FeatureId::share_not_answered) ==
          Approx(odds(plain.all - plain.statuses[200], plain.all)).margin(1e-12));
    CHECK(value(v, FeatureId::records_per_request) ==
          static_cast<double>(plain.records) / static_cast<double>(plain.data));
    CHECK(value(v, FeatureId::lines_per_request) == static_cast<double>(plain.lines) / static_cast<double>(plain.all));
    CHECK(value(v, FeatureId::entropy_page) == Approx(entropy(plain.pages)).margin(1e-12));
    CHECK(value(v, FeatureId::entropy_network) == Approx(entropy(plain.networks)).margin(1e-12));
    // Two sources in one cell take away a little.
    CHECK(value(v, FeatureId::entropy_source) <= entropy(plain.sources) + 1e-12);
    CHECK(value(v, FeatureId::entropy_source) > entropy(plain.sources) - .1);
    CHECK(value(v, FeatureId::members_distinct) ==
          Approx(log_count(static_cast<std::int64_t>(plain.members.size()))).margin(.05));
    CHECK(value(v, FeatureId::sources_distinct) ==
          Approx(log_count(static_cast<std::int64_t>(plain.sources.size()))).margin(.05));
    plain = {};
  }
  CHECK(vectors == 2 * 24 - 1);
}

TEST_CASE("classes of networks and keys are by their share of the past", "[detectors][features]") {
  FeatureStage stage;
  std::size_t w = 0;
  for (; w < 4 * 1440; ++w) {
    telemetry::AccessBatch batch;
    for (std::uint32_t i = 0; i < 10; ++i) {
      telemetry::AccessRow row = access_row(w, 10 + i, 5000 + i, i < 7 ? 11 : 12);
      row.network = 3;
      if (i == 0 && w % 20 == 0) row.network = 4;  // .5 % of all
      if (w + 30 >= 4 * 1440 && i < 2) {           // in the last half an hour
        row.network = 9;
        row.key = 13;
        row.country = 5;
      }
      batch.push(row);
    }
    step(stage, w, batch);
  }
  REQUIRE(stage.vector() != nullptr);
  const FeatureVector& v = *stage.vector();
  CHECK(value(v, FeatureId::network_rare) == log_count(60));
  CHECK(value(v, FeatureId::network_minor) == log_count(2));  // the third fell into the last half an hour
  CHECK(value(v, FeatureId::network_usual) == log_count(600 - 60 - 2));
  CHECK(value(v, FeatureId::key_rare) == log_count(60));
  CHECK(value(v, FeatureId::key_usual) == log_count(180));
  CHECK(value(v, FeatureId::key_main) == log_count(600 - 60 - 180));
  CHECK(value(v, FeatureId::sources_abroad) == Approx(log_count(2)).margin(.01));
  for (const FeatureId id : {FeatureId::network_rare, FeatureId::key_rare, FeatureId::country_abroad})
    CHECK(v.residual[place(id)] == 8);  // nothing like it was ever seen
  CHECK(std::abs(v.residual[place(FeatureId::requests)]) < 1e-6);
}

TEST_CASE("tables of the stage merged in random trees equal the whole", "[detectors][features]") {
  const Stream stream = varied(4);
  FeatureStage whole;
  FeatureStage merged;
  for (std::size_t w = 0; w < stream.size(); ++w) {
    const telemetry::AccessBatch& batch = stream[w].access;
    std::vector<std::vector<std::uint32_t>> parts(1 + mix64(w, 5) % 6);
    for (std::uint32_t i = 0; i < batch.size(); ++i) parts[mix64(w, i) % parts.size()].push_back(i);
    std::vector<WindowTable> tables;
    for (const auto& part : parts) {
      WindowRows rows;
      rows.access = {batch, part, {}};
      merged.observe(rows, nullptr, tables.emplace_back());
    }
    for (std::uint64_t n = 0; tables.size() > 1; ++n) {
      const std::size_t from = mix64(w, 1000 + n) % tables.size();
      const WindowTable part = std::move(tables[from]);
      tables.erase(tables.begin() + static_cast<std::ptrdiff_t>(from));
      tables[mix64(w, 2000 + n) % tables.size()].add(part);
    }
    Scores scores;
    merged.close(info(w), {}, tables.front(), scores);
    step(whole, w, batch);
    REQUIRE((whole.vector() == nullptr) == (merged.vector() == nullptr));
    if (whole.vector() == nullptr) continue;
    REQUIRE(whole.vector()->value == merged.vector()->value);
    REQUIRE(whole.vector()->residual == merged.vector()->residual);
  }
  CHECK(state_of(whole) == state_of(merged));
}

TEST_CASE("the stage goes on from what it saved within a block", "[detectors][features]") {
  const Stream stream = varied(4);
  FeatureStage straight;
  auto restored = std::make_unique<FeatureStage>();
  for (std::size_t w = 0; w < stream.size(); ++w) {
    if (w % 7 == 3) {
      ByteWriter writer;
      restored->save(writer);
      restored = std::make_unique<FeatureStage>();
      ByteReader reader(writer.bytes());
      REQUIRE(restored->restore(reader).ok());
      REQUIRE(reader.remaining() == 0);
    }
    step(straight, w, stream[w].access);
    step(*restored, w, stream[w].access);
    REQUIRE((straight.vector() == nullptr) == (restored->vector() == nullptr));
    if (straight.vector() == nullptr) continue;
    REQUIRE(straight.vector()->value == restored->vector()->value);
    REQUIRE(straight.vector()->residual == restored->vector()->residual);
  }
  CHECK(state_of(straight) == state_of(*restored));
}

TEST_CASE("a season that repeats exactly leaves no residual", "[detectors][features]") {
  FeatureSeason season(24);
  FeatureVector v;
  double worst = 0;
  for (std::uint32_t hour = 0; hour < 40 * 7 * 24; ++hour) {
    for (std::size_t f = 0; f < kFeatures; ++f) {
      const double weekend = hour / 24 % 7 >= 5 ? .3 : 0;
      v.value[f] = 5 + static_cast<double>(f) + .05 * static_cast<double>(hour % 24) + weekend;
    }
    season.compare(hour % 168, v);
    if (hour >= 39 * 7 * 24) {
      for (const double r : v.residual) worst = std::max(worst, std::abs(r));
    }
    season.learn(hour % 168, v);
  }
  CHECK(worst < .7);  // of what the standard deviation once was, when weekends were news
}

TEST_CASE("every feature has a name, a unit and a meaning of its own", "[detectors][features]") {
  std::set<std::string_view> names;
  for (const FeatureInfo& feature : feature_table()) {
    INFO(feature.name);
    CHECK(names.insert(feature.name).second);
    CHECK_FALSE(feature.unit.empty());
    CHECK_FALSE(feature.meaning.empty());
  }
  CHECK(feature_table()[place(FeatureId::share_nobody)].name == "share.nobody");
  CHECK(feature_table()[place(FeatureId::lines_per_request)].name == "lines.request");
  CHECK(feature_table()[place(FeatureId::members_distinct)].name == "members.distinct");
  CHECK(feature_table()[place(FeatureId::age_minutes)].name == "age.10-minutes");
}

}  // namespace dwell::detect::test
