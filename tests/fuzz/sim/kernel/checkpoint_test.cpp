// Damaged and foreign checkpoints: always one clear error, never a crash, never a run that goes on wrongly.

#include <catch2/catch.hpp>
#include <cstring>
#include <random>
#include <sstream>

#include "sim/core/byte_digest.hpp"
#include "tests/differential/sim/kernel/ranks.hpp"
#include "tests/differential/sim/kernel/storm.hpp"
#include "tests/unit/sim/kernel/script.hpp"

namespace dwell::kernel::test {
namespace {

using Catch::Contains;

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
constexpr int kTries = 300;
#else
constexpr int kTries = 3000;
#endif

StormShape small_shape() {
  StormShape shape(7);
  shape.processes = 4;
  shape.lookahead = Duration{1000};
  shape.windows = 20;
  shape.horizon = 4;
  return shape;
}

struct Run {
  explicit Run(const StormShape& shape, const EngineOptions& options)
      : executor(make_inline_executor()), engine(make_windowed_engine(options, *executor)) {
    add_storm(shape, *engine);
  }
  std::unique_ptr<Executor> executor;
  std::unique_ptr<Engine> engine;
};

std::string saved(const StormShape& shape, int windows = 5) {
  Run run(shape, options_of(shape));
  for (int w = 0; w < windows; ++w) run.engine->step();
  std::ostringstream out;
  REQUIRE(run.engine->save(out).ok());
  return out.str();
}

/// The error of a restore, empty when it succeeded.
std::string refusal(const StormShape& shape, const std::string& bytes, const EngineOptions& options) {
  Run run(shape, options);
  std::istringstream in(bytes);
  const Status status = run.engine->restore(in);
  return status ? "" : status.error().message();
}
std::string refusal(const StormShape& shape, const std::string& bytes) {
  return refusal(shape, bytes, options_of(shape));
}

/// The sections of a part: where each begins, and the end of the last.
std::vector<std::size_t> sections_of(const std::string& part) {
  std::vector<std::size_t> at{16};
  while (at.back() < part.size()) {
    std::uint64_t length = 0;
    std::memcpy(&length, part.data() + at.back() + 8, sizeof length);
    at.push_back(at.back() + 32 + length);
  }
  return at;
}

/// Makes the digests of the section at `at` right for what it holds now.
void reseal(std::string& part, std::size_t at) {
  const auto bytes = [&](std::size_t from, std::size_t size) {
    return std::as_bytes(std::span(part.data() + from, size));
  };
  std::uint64_t length = 0;
  std::memcpy(&length, part.data() + at + 8, sizeof length);
  const std::uint64_t digest = digest_of(bytes(at + 32, std::min<std::size_t>(length, part.size() - at - 32)));
  std::memcpy(part.data() + at + 16, &digest, sizeof digest);
  const std::uint64_t check = digest_of(bytes(at, 24));
  std::memcpy(part.data() + at + 24, &check, sizeof check);
}

TEST_CASE("a checkpoint with one wrong byte, cut short or continued is refused") {
  const StormShape shape = small_shape();
  const std::string good = saved(shape);
  REQUIRE(refusal(shape, good).empty());
  std::mt19937_64 random(1);
  for (int i = 0; i < kTries; ++i) {
    std::string bytes = good;
    const std::size_t at = random() % bytes.size();
    INFO("byte " << at);
    bytes[at] = static_cast<char>(bytes[at] ^ (1 << random() % 8));
    REQUIRE_THAT(refusal(shape, bytes), Contains("checkpoint: ") && Contains("; accepted: "));
    REQUIRE_THAT(refusal(shape, good.substr(0, at)), Contains("checkpoint: ") && Contains("; accepted: "));
    REQUIRE_THAT(refusal(shape, good + good.substr(0, at + 1)), Contains("checkpoint: ") && Contains("; accepted: "));
  }
  for (const std::size_t at : sections_of(good)) {
    if (at != good.size()) CHECK_THAT(refusal(shape, good.substr(0, at)), Contains("it ends early"));
  }
}

TEST_CASE("a forged checkpoint with right digests does no harm") {
  const StormShape shape = small_shape();
  const std::string good = saved(shape);
  const std::vector<std::size_t> sections = sections_of(good);
  std::mt19937_64 random(2);
  int accepted = 0;
  for (int i = 0; i < kTries; ++i) {
    std::string bytes = good;
    const std::size_t section = random() % (sections.size() - 1);
    const std::size_t at = sections[section];
    for (std::uint64_t n = 1 + random() % 3; n > 0; --n) {
      // Anywhere in the section but its digests, most often where numbers of things stand.
      std::size_t place = at + random() % (sections[section + 1] - at);
      if (random() % 3 == 0) place = at + 32 + random() % 64;
      if (place >= bytes.size()) continue;
      bytes[place] = static_cast<char>(random() % 2 == 0 ? random() : 255);
    }
    reseal(bytes, at);
    Run run(shape, options_of(shape));
    std::istringstream in(bytes);
    const Status status = run.engine->restore(in);
    if (!status) {
      REQUIRE_THAT(status.error().message(), Contains("; accepted: "));
      continue;
    }
    // Another state of the model, or other data: no harm, but that a body may be asked for which is not there.
    ++accepted;
    try {
      for (int w = 0; w < 3; ++w) run.engine->step();
    } catch (const InvariantError&) {
      continue;
    }
  }
  CHECK(accepted > 0);
  CHECK(accepted < kTries);
}

TEST_CASE("noise is refused") {
  const StormShape shape = small_shape();
  std::mt19937_64 random(3);
  for (int i = 0; i < 200; ++i) {
    std::string bytes(random() % 300, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    const std::string text = refusal(shape, bytes);
    if (bytes.empty()) {
      CHECK_THAT(text, Contains("nothing; accepted: what an engine saved"));
    } else {
      CHECK_THAT(text, Contains("no checkpoint begins here"));
    }
  }
}

TEST_CASE("other versions, lookaheads, ends and processes are refused with what was found and what is accepted") {
  const StormShape shape = small_shape();
  std::string good = saved(shape);
  std::string newer = good;
  newer[8] = 3;
  CHECK(refusal(shape, newer) == "checkpoint: part 0: format version 3; accepted: version 2");

  EngineOptions options = options_of(shape);
  options.lookahead = Duration{999};
  CHECK(refusal(shape, good, options) == "checkpoint: head: a lookahead in microseconds of 1000; accepted: 999");
  options = options_of(shape);
  options.end = Time{15'000};
  CHECK(refusal(shape, good, options) == "checkpoint: head: an end in microseconds of 19500; accepted: 15000");
  StormShape more = shape;
  more.processes = 5;
  CHECK(refusal(more, good) == "checkpoint: head: a number of processes of 4; accepted: 5");

  const auto executor = make_inline_executor();
  const auto engine = make_windowed_engine(options_of(shape), *executor);
  for (int i = 0; i < 4; ++i) add(*engine, {.name = "script"});
  std::istringstream in(good);
  const Status status = engine->restore(in);
  REQUIRE_FALSE(status.ok());
  CHECK(status.error().message() ==
        "checkpoint: process 0 'script': a process named 'storm 0'; accepted: one of this name");
}

TEST_CASE("parts that are missing, doubled or of different runs are refused") {
  const StormShape shape = small_shape();
  const auto parts_of = [](const StormShape& of, int windows) {
    return on_ranks<std::string>(2, [&](Transport& transport) {
      const auto executor = make_inline_executor();
      const auto engine = make_distributed_engine(options_of(of), *executor, transport);
      add_storm(of, *engine);
      for (int w = 0; w < windows; ++w) engine->step();
      std::ostringstream out;
      (void)engine->save(out);
      return out.str();
    });
  };
  const auto parts = parts_of(shape, 5);
  const auto later = parts_of(shape, 6);
  StormShape reseeded = shape;
  reseeded.seed += 1;
  const auto other = parts_of(reseeded, 5);
  CHECK(refusal(shape, parts[1] + parts[0]).empty());
  CHECK_THAT(refusal(shape, parts[0]), Contains("no part 1 of 2"));
  CHECK_THAT(refusal(shape, parts[0] + parts[1] + parts[0]), Contains("part 0: this part once more"));
  CHECK_THAT(refusal(shape, parts[0] + later[1]), Contains("a part of another checkpoint"));
  CHECK_THAT(refusal(shape, parts[0] + other[1]), Contains("parts that were saved by different runs"));

  // One rank is given a damaged copy: no rank goes on.
  const auto messages = on_ranks<std::string>(3, [&](Transport& transport) {
    const auto executor = make_inline_executor();
    const auto engine = make_distributed_engine(options_of(shape), *executor, transport);
    add_storm(shape, *engine);
    std::istringstream in(transport.rank() == 1 ? parts[0] : parts[0] + parts[1]);
    const Status status = engine->restore(in);
    return status ? std::string("restored") : status.error().message();
  });
  CHECK_THAT(messages[0], Contains("1 of the other ranks cannot read"));
  CHECK_THAT(messages[1], Contains("no part 1 of 2"));
  CHECK(messages[2] == messages[0]);
}

TEST_CASE("processes that cannot be saved, and engines past their first step, say so") {
  const bool plain = GENERATE(false, true);
  Bench bench = either(plain, {Duration{100}, Time{1000}, 4});
  add(*bench.engine, {.name = "mayfly"});
  std::ostringstream out;
  CHECK_THROWS_WITH(bench.engine->save(out), Contains("process 'mayfly' cannot be saved"));
  CHECK(bench.engine->step());
  std::istringstream in(saved(small_shape()));
  CHECK_THROWS_WITH(bench.engine->restore(in), Contains("before its first step"));

  struct Full final : std::streambuf {
  } nowhere;  // takes nothing
  std::ostream full(&nowhere);
  Run run(small_shape(), options_of(small_shape()));
  const Status status = run.engine->save(full);
  REQUIRE_FALSE(status.ok());
  CHECK_THAT(status.error().message(), Contains("could not be written"));
}

TEST_CASE("a process that does not read what it wrote is named") {
  class Forgetful final : public Process {
   public:
    [[nodiscard]] std::string_view name() const override { return "forgetful"; }
    void handle(Context&, Events&) override {}
    void save(ByteWriter& writer) const override { writer.put(std::uint32_t{1}); }
    Status restore(ByteReader&) override { return success(); }
  };
  std::ostringstream out;
  Bench first = windowed({});
  first.engine->add(std::make_unique<Forgetful>());
  REQUIRE(first.engine->save(out).ok());
  Bench second = windowed({});
  second.engine->add(std::make_unique<Forgetful>());
  std::istringstream in(out.str());
  const Status status = second.engine->restore(in);
  REQUIRE_FALSE(status.ok());
  CHECK_THAT(status.error().message(), Contains("process 0 'forgetful'") && Contains("4 bytes too many"));
  CHECK_THROWS_AS(second.engine->step(), InvariantError);
}

}  // namespace
}  // namespace dwell::kernel::test
