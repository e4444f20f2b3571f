// One pass with three views gives every detector the scores that three separate simulations would.

#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/differential/bench/run/feature_echo.hpp"
#include "tests/differential/bench/run/plain_run.hpp"

namespace dwell::run::test {
namespace {

constexpr std::size_t kKept = 20'000;  // scores kept of a detector in the clean view, so that no log overflows

world::RunOptions options(bool campaign, bool placebo) {
  return {.scale = {1, 8000}, .seed = {9}, .days = 2, .campaign = campaign, .placebo = placebo, .jitter = true};
}

/// The score that about `kKept` of the scores exceed; 0 when there are fewer.
double floor_of(const std::vector<Scored>& scores) {
  if (scores.size() <= kKept) return 0;
  std::vector<double> values;
  for (const Scored& s : scores) values.push_back(s.value);
  std::nth_element(values.begin(), values.end() - kKept, values.end());
  return values[values.size() - kKept];
}

std::string first_difference(const std::vector<Scored>& a, const std::vector<Scored>& b) {
  std::size_t i = 0;
  while (i < a.size() && i < b.size() && a[i] == b[i]) ++i;
  const auto text = [&](const std::vector<Scored>& scores) {
    if (i == scores.size()) return std::string("nothing");
    return std::to_string(scores[i].window) + " " + detect::to_string(scores[i].entity) + " " +
           Catch::StringMaker<double>::convert(scores[i].value);
  };
  return text(a) + " against " + text(b) + ", place " + std::to_string(i) + " of " + std::to_string(a.size()) +
         " and " + std::to_string(b.size());
}

/// From here on all three views are kept: the first foreign row has come, and the warm-up has passed.
std::int32_t forked(const WorldRecord& run) {
  const Time first = std::min(run.campaign->first(), run.placebo->first());
  return static_cast<std::int32_t>(std::max(run.plan.warm_up_windows, first.us / world::kWindow.us + 1));
}

TEST_CASE("the views of one pass score like separate simulations, for every contender") {
  auto list = contenders({}).value();
  list.push_back(feature_echo());
  const std::array<std::vector<std::vector<Scored>>, kViews> apart = {plain_run(list, options(false, false)),
                                                                      plain_run(list, options(true, false)),
                                                                      plain_run(list, options(false, true))};
  std::vector<double> floors;
  for (const auto& scores : apart[0]) floors.push_back(floor_of(scores));
  const auto made =
      run_world(world::test::tiny(), list,
                {.scale = options(true, true).scale, .seed = {9}, .days = 2, .evaluation = true, .floors = floors});
  const WorldRecord& together = *made.value();
  REQUIRE(together.foreign_rows > 10'000);
  const auto after_warm_up = static_cast<std::int32_t>(together.plan.warm_up_windows);

  std::size_t compared = 0;
  std::size_t differ_from_clean = 0;
  for (std::size_t c = 0; c < list.size(); ++c) {
    INFO(list[c].descriptor.name);
    REQUIRE(together.contenders[c].crash.empty());
    for (std::size_t v = 0; v < kViews; ++v) {
      INFO("view " << v);
      const score::ScoreLog& log = together.contenders[c].logs[v];
      REQUIRE(log.dropped() == 0);
      const std::int32_t from = v == 0 ? after_warm_up : forked(together);
      const auto a = kept(expanded(log), log.floor(), from);
      const auto b = kept(apart[v][c], log.floor(), from);
      INFO(first_difference(a, b));
      CHECK((a == b));
      compared += a.size();
      if (v != 0) differ_from_clean += kept(apart[v][c], log.floor(), from) != kept(apart[0][c], log.floor(), from);
    }
  }
  // That the views differ at all is what the comparison lives from.
  CHECK(differ_from_clean > 10);
  CHECK(compared > 50'000);
}

/// Scores a window by the complaints in it, and counts them where rows are observed as well.
class ComplaintCount final : public detect::ShardedDetector {
 public:
  explicit ComplaintCount(detect::Descriptor descriptor) : descriptor_(std::move(descriptor)) {}
  [[nodiscard]] const detect::Descriptor& descriptor() const override { return descriptor_; }
  [[nodiscard]] std::unique_ptr<detect::Detector> clone() const override {
    return std::make_unique<ComplaintCount>(*this);
  }
  void save(ByteWriter&) const override {}
  Status restore(ByteReader&) override { return success(); }
  [[nodiscard]] std::uint64_t state_bytes() const override { return 0; }
  void observe(const detect::WindowRows&, detect::ShardState*, detect::WindowTable&) const override {}
  void close(const detect::WindowInfo&, const detect::WindowRows& platform, const detect::WindowTable&,
             detect::Scores& scores) override {
    for (std::size_t i = 0; i < platform.complaints.size(); ++i)
      scores.emit({detect::EntityKind::account, platform.complaints.member(i)}, 1);
  }

 private:
  detect::Descriptor descriptor_;
};

TEST_CASE("complaints that a campaign caused are in its view alone") {
  detect::Descriptor descriptor;
  descriptor.name = "complaint-count";
  descriptor.topics = detect::topic_bit(telemetry::Topic::complaints);
  const std::vector<Contender> list = {{descriptor, "detector", [descriptor](const detect::Setting&) {
                                          return std::make_unique<ComplaintCount>(descriptor);
                                        }}};
  const auto made = run_world(world::test::tiny(), list,
                              {.scale = {1, 2000}, .seed = {9}, .days = 3, .evaluation = true, .floors = {0}});
  const WorldRecord& together = *made.value();
  const auto scores_of = [&](View view) {
    return kept(expanded(together.contenders[0].logs[static_cast<std::size_t>(view)]), 0, forked(together));
  };
  const auto clean = scores_of(View::clean), factual = scores_of(View::factual);
  CHECK(scores_of(View::placebo) == clean);
  CHECK(factual.size() > clean.size() + 20);
  CHECK(std::includes(factual.begin(), factual.end(), clean.begin(), clean.end()));
  for (const Scored& s : factual) {
    const bool caused = !std::binary_search(clean.begin(), clean.end(), s);
    if (caused) CHECK(together.campaign->belongs(truth::Kind::account, s.entity.id, kNever));
  }
  // The desk has read them as well: at this scale some are recognised, or none.
  if (together.complaint != kNever) CHECK(together.complaint > together.campaign->first());
}

}  // namespace
}  // namespace dwell::run::test
