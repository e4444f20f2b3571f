// Detectors in processes of their own against the same code in this process.
#include "detectors/hosts/hosted_detector.hpp"

#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <thread>

#include "tests/unit/detectors/stream.hpp"

namespace dwell::hosts {
namespace {

using detect::SequentialDetector;
using detect::test::Stream;

constexpr std::size_t kOnset = 700;

const Stream& stream() {
  static const Stream made = detect::test::make_stream(1, {.from = kOnset, .windows = 60});
  return made;
}

std::shared_ptr<const Outsider> plugin(const std::string& words) {
  const bool python = words.find(".py:") != std::string::npos;
  const auto reference =
      parse_reference((python ? "python:" DWELL_SOURCE_DIR "/tests/plugins/" : DWELL_PLUGINS "/") + words);
  REQUIRE(reference.ok());
  const auto met = meet(reference.value(), {});
  INFO((met.ok() ? "" : met.error().message()));
  REQUIRE(met.ok());
  return met.value();
}

std::unique_ptr<detect::Detector> hosted(const std::string& words) {
  return make_hosted(plugin(words), detect::test::setting());
}

std::unique_ptr<detect::Detector> in_process(const std::string& words) {
  const auto reference = parse_reference(std::string(DWELL_PLUGINS) + "/" + words);
  REQUIRE(reference.ok());
  const auto loaded = load_in_process(reference.value());
  REQUIRE(loaded.ok());
  return loaded.value().make(detect::test::setting());
}

/// The scores of one window, whose access rows come in batches of `batch` rows.
std::vector<detect::Scores::Item> step(detect::Detector& detector, std::size_t w, std::size_t batch = SIZE_MAX) {
  auto& sequential = dynamic_cast<SequentialDetector&>(detector);
  std::vector<std::uint32_t> chosen;
  for (std::uint32_t i = 0; i < stream()[w].access.size(); ++i) {
    if ((detector.descriptor().pages >> stream()[w].access.page[i] & 1U) != 0) chosen.push_back(i);
  }
  for (std::size_t begin = 0; begin < chosen.size(); begin += std::min(batch, chosen.size() - begin)) {
    detect::WindowRows rows;
    const std::size_t size = std::min(batch, chosen.size() - begin);
    rows.access = {stream()[w].access, std::span(chosen).subspan(begin, size), {}};
    sequential.observe(rows);
  }
  const auto at = static_cast<std::int64_t>(w) * detect::test::kWindowUs;
  detect::Scores scores;
  scores.begin(0);
  sequential.close({static_cast<std::int64_t>(w), at, at + detect::test::kWindowUs}, scores);
  const auto sorted = scores.sorted();
  return {sorted.begin(), sorted.end()};
}

bool same(const std::vector<detect::Scores::Item>& a, const std::vector<detect::Scores::Item>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const auto& x, const auto& y) { return x.entity == y.entity && x.value == y.value; });
}

}  // namespace

TEST_CASE("a library scores the same in its own process, however its rows are cut", "[hosts]") {
  for (const char* words : {"key_burst.so:key-burst", "miss_rate.so:miss-rate:keep=0.99"}) {
    INFO(words);
    const auto apart = hosted(words);
    const auto cut = hosted(words);
    const auto here = in_process(words);
    std::size_t scored = 0;
    for (std::size_t w = 0; w < stream().size(); ++w) {
      const auto expected = step(*here, w);
      scored += expected.size();
      REQUIRE(same(step(*apart, w), expected));
      REQUIRE(same(step(*cut, w, 3), expected));
    }
    CHECK(scored > 100);
  }
}

TEST_CASE("the processor time of a detector's process is known, and grows", "[hosts]") {
  const auto apart = hosted("key_burst.so:key-burst");
  CHECK(apart->outside_ns() == 0);
  step(*apart, 0);
  const double begun = apart->outside_ns();
  CHECK(begun > 0);
  for (std::size_t w = 1; w < 300; ++w) step(*apart, w);
  CHECK(apart->outside_ns() > begun);
  CHECK(in_process("key_burst.so:key-burst")->outside_ns() == 0);
}

TEST_CASE("the wait for a detector that hangs is given up when a stop is asked for", "[hosts]") {
  std::atomic<bool> stop = false;
  const auto reference = parse_reference(DWELL_PLUGINS "/faults.so:loop");
  REQUIRE(reference.ok());
  const auto met = meet(reference.value(), {std::chrono::hours(1), &stop});
  REQUIRE(met.ok());
  const auto detector = make_hosted(met.value(), detect::test::setting());
  for (std::size_t w = 0; w < 100; ++w) step(*detector, w);
  std::jthread later([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    stop = true;
  });
  CHECK_THROWS_WITH(step(*detector, 100), Catch::Contains("stopped while it was waited for in window 100"));
}

TEST_CASE("the same detector in C and in Python scores alike, bit for bit", "[hosts]") {
  const auto python = hosted("mirror.py:KeyBurst:weight=0.05");
  const auto c = hosted("key_burst.so:key-burst:weight=0.05");
  std::size_t scored = 0;
  for (std::size_t w = 0; w < 800; ++w) {
    const auto expected = step(*c, w);
    scored += expected.size();
    REQUIRE(same(step(*python, w, 3), expected));
  }
  CHECK(scored > 100);
}

TEST_CASE("copies and restored detectors go on as the original, each with its own state", "[hosts]") {
  for (const char* words : {"key_burst.so:key-burst", "miss_rate.so:miss-rate", "mirror.py:KeyBurst"}) {
    INFO(words);
    const auto original = hosted(words);
    const auto untouched = original->clone();
    for (std::size_t w = 0; w < 300; ++w) step(*original, w);
    const auto copy = original->clone();
    ByteWriter writer;
    original->save(writer);
    const auto restored = hosted(words);
    step(*restored, 5);
    ByteReader reader(writer.bytes());
    REQUIRE(restored->restore(reader).ok());
    CHECK(reader.finish("state").ok());
    // The copy of a copy that has not begun to work.
    const auto grandchild = copy->clone();
    for (std::size_t w = 300; w < 330; ++w) {
      const auto expected = step(*original, w);
      REQUIRE(same(step(*copy, w), expected));
      REQUIRE(same(step(*restored, w), expected));
      REQUIRE(same(step(*grandchild, w), expected));
    }
    CHECK_FALSE(same(step(*untouched, 330), step(*original, 330)));
  }
}

TEST_CASE("a failed detector has failed copies, and says the same words again", "[hosts]") {
  const auto original = hosted("faults.so:crash");
  for (std::size_t w = 0; w < 100; ++w) step(*original, w);
  const auto before = original->clone();
  std::string words;
  try {
    step(*original, 100);
    FAIL("it did not crash");
  } catch (const std::exception& problem) {
    words = problem.what();
  }
  CHECK(words == "it was ended by signal 6 (Aborted) in window 100");
  CHECK_THROWS_WITH(step(*original, 101), words);
  CHECK_THROWS_WITH(step(*original->clone(), 101), words);
  ByteWriter writer;
  original->save(writer);
  const auto restored = hosted("faults.so:crash");
  ByteReader reader(writer.bytes());
  REQUIRE(restored->restore(reader).ok());
  CHECK_THROWS_WITH(step(*restored, 101), words);
  CHECK_NOTHROW(step(*before, 99));
}

TEST_CASE("processes of detectors on several threads do not get in each other's way", "[hosts]") {
  const auto outsider = plugin("key_burst.so:key-burst");
  std::vector<std::vector<double>> found(4);
  {
    std::vector<std::jthread> threads;
    for (auto& mine : found) {
      threads.emplace_back([&mine, &outsider] {
        const auto detector = make_hosted(outsider, detect::test::setting());
        for (std::size_t w = 0; w < 200; ++w) {
          for (const auto& item : step(*detector, w)) mine.push_back(item.value);
        }
      });
    }
  }
  CHECK(found[0].size() > 100);
  for (const auto& mine : found) CHECK(mine == found[0]);
}

}  // namespace dwell::hosts
