// The suite must find what is wrong: detectors with one fault each, and the check that names it.

#include <catch2/catch.hpp>
#include <functional>
#include <set>
#include <stdexcept>

#include "bench/check/suite.hpp"
#include "detectors/common/described.hpp"

namespace dwell::check {
namespace {

using namespace detect;

enum class Fault {
  none,
  throws,
  forgets_in_save,
  shares_state,
  depends_on_order,
  depends_on_batches,
  remembers_other_runs,
  blind,
  hungry,
  no_page,
  silent,
};

/// Scores the requests of address pages in a window against the most of earlier ones.
class Counter final : public Described<Counter, ShardedDetector> {
 public:
  Counter(const Descriptor& descriptor, Fault fault, std::uint64_t run)
      : Described(descriptor), fault_(fault), run_(run), shared_(std::make_shared<double>(0)) {}

  void observe(const WindowRows& rows, ShardState*, WindowTable& table) const override {
    for (std::size_t i = 0; i < rows.access.size(); ++i) {
      if (rows.access.page(i) == static_cast<std::uint8_t>(Page::address)) table.sums.add(1, 1);
    }
    if (fault_ == Fault::depends_on_batches) table.sums.add(1, rows.access.size() > 0 ? 1 : 0);
    if (fault_ == Fault::depends_on_order && rows.access.size() > 0) table.list.add(first_member(rows));
  }
  void close(const WindowInfo& window, const WindowRows&, const WindowTable& table, Scores& scores) override {
    auto count = static_cast<double>(table.sums.get(1));
    if (fault_ == Fault::throws && window.index == 100) throw std::runtime_error("out of its depth");
    if (fault_ == Fault::depends_on_order && !table.list.empty())
      count += 1e-3 * static_cast<double>(table.list.entries()[0].key);
    double& most = fault_ == Fault::shares_state ? *shared_ : most_;
    const double score = count - most;
    if (fault_ == Fault::blind) {
      scores.emit({EntityKind::platform, 0}, 1);
    } else if (score > 0 && fault_ != Fault::silent) {
      const double other = fault_ == Fault::remembers_other_runs ? static_cast<double>(run_) : 0;
      scores.emit({EntityKind::page, fault_ == Fault::no_page ? 99U : 8U}, score + other);
    }
    if (count > most) most = count;
  }
  void save(ByteWriter& writer) const override { writer.put(fault_ == Fault::forgets_in_save ? 0.0 : most_); }
  Status restore(ByteReader& reader) override {
    most_ = reader.get<double>();
    return restored(reader);
  }
  [[nodiscard]] std::uint64_t state_bytes() const override { return fault_ == Fault::hungry ? 1 << 20 : sizeof *this; }

 private:
  static EntryList first_member(const WindowRows& rows) {
    EntryList list;
    *list.extend(1) = {rows.access.member(0), 1};
    return list;
  }
  Fault fault_;
  std::uint64_t run_;
  double most_ = 0;
  std::shared_ptr<double> shared_;
};

Subject faulty(Fault fault) {
  Descriptor d;
  d.name = "counter";
  d.summary = "requests of address pages above the most so far";
  d.paper = "this test";
  d.pages = kAllPages;
  d.memory_bound_bytes = 1 << 10;
  auto runs = std::make_shared<std::uint64_t>(0);
  return {d, [=](const Setting&) { return std::make_unique<Counter>(d, fault, ++*runs); },
          []() -> Result<std::string> { return std::string("refuses all"); }};
}

std::set<std::string> failures(const Subject& subject) {
  std::set<std::string> out;
  for (const Finding& finding : check_detector(subject)) {
    if (finding.verdict == Verdict::failed) out.insert(finding.check);
  }
  return out;
}

using Names = std::set<std::string>;

bool fails(Fault fault, std::string_view check) {
  const auto only = [=](std::string_view name) { return name == check; };
  return !conforms(check_detector(faulty(fault), {.timing = false, .next = only}));
}

}  // namespace

TEST_CASE("a detector without a fault conforms", "[check]") {
  const std::vector<Finding> findings = check_detector(faulty(Fault::none));
  CHECK(findings.size() == 14);
  for (const Finding& finding : findings) {
    INFO(finding.check << ": " << finding.note);
    CHECK(finding.verdict == Verdict::passed);
  }
  CHECK(conforms(findings));
}

TEST_CASE("each fault fails the check that is about it", "[check]") {
  CHECK(failures(faulty(Fault::forgets_in_save)) == Names{"save and restore"});
  CHECK(fails(Fault::shares_state, "copies are apart"));
  CHECK(fails(Fault::depends_on_order, "merge equals whole"));
  CHECK(fails(Fault::depends_on_batches, "size of batches"));
  CHECK(fails(Fault::remembers_other_runs, "same seed, same scores"));
  CHECK(fails(Fault::remembers_other_runs, "no look-ahead"));
  CHECK(failures(faulty(Fault::blind)) == Names{"direction of scores"});
  CHECK(failures(faulty(Fault::hungry)) == Names{"memory bound"});
  CHECK(failures(faulty(Fault::no_page)) == Names{"entities"});
}

TEST_CASE("what a detector throws is said once, and what else would run it is not tried", "[check]") {
  const std::vector<Finding> findings = check_detector(faulty(Fault::throws), {.timing = true, .next = {}});
  CHECK_FALSE(conforms(findings));
  for (const Finding& finding : findings) {
    INFO(finding.check);
    if (finding.check == "describes itself" || finding.check == "other versions") {
      CHECK(finding.verdict == Verdict::passed);
    } else if (finding.check == "same seed, same scores") {
      CHECK(finding.verdict == Verdict::failed);
      CHECK(finding.note == "out of its depth");
    } else {
      CHECK(finding.verdict == Verdict::not_tried);
      CHECK(finding.note.empty());
    }
  }
}

TEST_CASE("notes say what is no score in words, and bounds with what a host adds", "[check]") {
  const auto note = [](const Subject& subject, std::string_view check) {
    const auto only = [=](std::string_view name) { return name == check; };
    return check_detector(subject, {.timing = false, .next = only}).front().note;
  };
  CHECK(note(faulty(Fault::silent), "direction of scores") ==
        "the planted campaign: no score; the same hours without it: no score; the day before: no score");
  Subject subject = faulty(Fault::hungry);
  CHECK(note(subject, "memory bound") == "1.05 MB of at most 1.02 kB: 1047552 bytes too many");
  subject.host_bytes = 16 << 20;
  subject.descriptor.memory_bound_bytes += subject.host_bytes;
  CHECK(note(subject, "memory bound") == "1.05 MB of at most 1.02 kB + 16.8 MB for the host");
}

TEST_CASE("a descriptor that does not describe is found", "[check]") {
  const auto broken = [](const std::function<void(Descriptor&)>& change) {
    Subject subject = faulty(Fault::none);
    change(subject.descriptor);
    return check_detector(subject,
                          {.timing = false, .next = [](std::string_view name) { return name == "describes itself"; }})
               .front()
               .verdict == Verdict::failed;
  };
  CHECK_FALSE(broken([](Descriptor&) {}));
  CHECK(broken([](Descriptor& d) { d.paper.clear(); }));
  CHECK(broken([](Descriptor& d) { d.memory_bound_bytes = 0; }));
  CHECK(broken([](Descriptor& d) { d.parameters = {{"k", 2, 0, 1, "out of range"}}; }));
  CHECK(broken([](Descriptor& d) { d.name = "another"; }));
  CHECK(broken([](Descriptor& d) { d.form = Form::sequential; }));
}

TEST_CASE("who takes another version of the interface does not conform, who has none need not", "[check]") {
  const auto verdict = [](const Subject& subject) {
    const auto only = [](std::string_view name) { return name == "other versions"; };
    return check_detector(subject, {.timing = false, .next = only}).front().verdict;
  };
  Subject subject = faulty(Fault::none);
  CHECK(verdict(subject) == Verdict::passed);
  subject.refuse_other_versions = []() -> Result<std::string> { return Error{"lib.so", "", "took version 2", "1"}; };
  CHECK(verdict(subject) == Verdict::failed);
  subject.refuse_other_versions = {};
  CHECK(verdict(subject) == Verdict::not_applicable);
}

TEST_CASE("checks can be left out", "[check]") {
  int left = 3;
  CHECK(check_detector(faulty(Fault::none), {.timing = false, .next = [&](std::string_view) { return left-- > 0; }})
            .size() == 3);
}

}  // namespace dwell::check
