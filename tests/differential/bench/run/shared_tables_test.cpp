// Contenders that are given one table of a window find what each finds with its own.

#include <catch2/catch.hpp>

#include <atomic>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "tests/differential/bench/run/everybody.hpp"
#include "tests/differential/sim/world/worlds.hpp"

namespace dwell::run::test {
namespace {

struct Calls {
  std::atomic<std::uint64_t> observed = 0, closed = 0;
};

/// Counts the rows of a window into a table of a name, and how often it was asked to.
class Tally final : public detect::ShardedDetector {
 public:
  Tally(std::string name, std::string_view table, Calls& calls) : table_(table), calls_(calls) {
    descriptor_.name = std::move(name);
  }
  [[nodiscard]] const detect::Descriptor& descriptor() const override { return descriptor_; }
  detect::Descriptor& described() { return descriptor_; }
  void break_at(std::uint64_t closed) { breaks_ = closed; }
  [[nodiscard]] std::unique_ptr<detect::Detector> clone() const override { return std::make_unique<Tally>(*this); }
  void save(ByteWriter&) const override {}
  Status restore(ByteReader&) override { return success(); }
  [[nodiscard]] std::uint64_t state_bytes() const override { return 0; }
  [[nodiscard]] std::string_view table_name() const override { return table_; }
  void observe(const detect::WindowRows& rows, detect::ShardState*, detect::WindowTable& table) const override {
    ++calls_.observed;
    if (calls_.closed >= breaks_) throw std::runtime_error("observing broke");
    table.sums.add(1, static_cast<std::int64_t>(rows.access.size()));
  }
  void close(const detect::WindowInfo&, const detect::WindowRows&, const detect::WindowTable& table,
             detect::Scores& scores) override {
    ++calls_.closed;
    scores.emit({detect::EntityKind::platform, 0}, static_cast<double>(table.sums.get(1)));
  }

 private:
  std::string_view table_;
  Calls& calls_;
  std::uint64_t breaks_ = UINT64_MAX;
  detect::Descriptor descriptor_;
};

Contender contender_of(const std::shared_ptr<Tally>& tally) {
  return {tally->descriptor(), "detector", [tally](const detect::Setting&) { return tally->clone(); }};
}

WorldRecord run_of(const std::vector<Contender>& list) {
  return std::move(*run_world(world::test::tiny(), list, options(list.size())).value());
}

/// How often an entry is in a log, windows of one entry counted one by one.
std::uint64_t scores_in(const score::ScoreLog& log) {
  std::uint64_t scores = 0;
  for (const score::Exceedance& e : log.entries()) scores += static_cast<std::uint64_t>(e.last - e.first) + 1;
  return scores;
}

}  // namespace

TEST_CASE("every chart of page counts finds beside the others what it finds alone") {
  const auto all = contenders({}).value();
  const WorldRecord together = run_of(all);
  std::size_t shared = 0;
  for (std::size_t c = 0; c < all.size(); ++c) {
    if (!all[c].make) continue;  // oracles are made for a run
    const auto made = all[c].make(detect::Setting{});
    const auto* const sharded = dynamic_cast<const detect::ShardedDetector*>(made.get());
    if (sharded == nullptr || sharded->table_name().empty()) continue;
    ++shared;
    INFO(all[c].descriptor.name);
    const WorldRecord alone = run_of({all[c]});
    const bool same = findings(alone.contenders[0]) == findings(together.contenders[c]);
    CHECK(same);
  }
  CHECK(shared == 12);
}

TEST_CASE("a table of a name is made once a window and view for all who see the same rows") {
  Calls calls;
  std::vector<Contender> list;
  for (const char* const name : {"first", "second", "third"}) {
    list.push_back(contender_of(std::make_shared<Tally>(name, "tally", calls)));
  }
  const WorldRecord found = run_of(list);
  for (const std::size_t c : {1, 2}) CHECK(findings(found.contenders[c]) == findings(found.contenders[0]));
  CHECK(scores_in(found.contenders[0].logs[0]) > 1000);
  for (const ContenderRun& run : found.contenders) CHECK(run.clean_ns > 0);
  // Where a view adds nothing, nothing is observed for it.
  CHECK(calls.observed > calls.closed / 9);
  CHECK(calls.observed <= calls.closed / 3);
}

TEST_CASE("who sees other rows, or lists something else, has a table of its own") {
  Calls calls, others;
  const auto pages = std::make_shared<Tally>("all pages", "tally", others);
  pages->described().pages = detect::kAllPages;
  const auto named = std::make_shared<Tally>("another name", "another", others);
  const std::vector<Contender> list = {contender_of(std::make_shared<Tally>("first", "tally", calls)),
                                       contender_of(pages), contender_of(named),
                                       contender_of(std::make_shared<Tally>("no name", "", others))};
  const WorldRecord together = run_of(list);
  for (std::size_t c = 0; c < list.size(); ++c) {
    INFO(list[c].descriptor.name);
    CHECK(findings(together.contenders[c]) == findings(run_of({list[c]}).contenders[0]));
  }
  CHECK(findings(together.contenders[1]) != findings(together.contenders[0]));
  CHECK(findings(together.contenders[2]) == findings(together.contenders[0]));
}

TEST_CASE("one that fails at a shared table takes nobody with it") {
  Calls broken, sound;
  const auto fails = std::make_shared<Tally>("fails", "tally", broken);
  fails->break_at(100);
  const std::vector<Contender> list = {contender_of(fails),
                                       contender_of(std::make_shared<Tally>("sound", "tally", sound))};
  const WorldRecord alone = run_of({list[1]});
  const WorldRecord found = run_of(list);
  CHECK(found.contenders[0].crash == "observing broke");
  CHECK(found.contenders[1].crash.empty());
  const bool same = findings(found.contenders[1]) == findings(alone.contenders[0]);
  CHECK(same);
}

}  // namespace dwell::run::test
