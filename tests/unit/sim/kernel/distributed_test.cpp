// What is peculiar to ranks: who runs what, how they agree, and how a failure of one ends all.

#include <catch2/catch.hpp>
#include <chrono>
#include <cstring>
#include <new>
#include <span>
#include <thread>

#include "sim/kernel/block.hpp"
#include "tests/differential/sim/kernel/ranks.hpp"
#include "tests/unit/sim/kernel/script.hpp"

namespace dwell::kernel::test {
namespace {

using Catch::Contains;

constexpr EngineOptions kTenWindows{Duration{100}, Time{1000}, 4};

/// Adds `count` processes that run `script(id)`.
template <class Scripts>
void add_all(Engine& engine, std::uint32_t count, Scripts scripts) {
  for (std::uint32_t id = 0; id < count; ++id) {
    engine.add(engine.local({id}) ? std::make_unique<ScriptProcess>(scripts(id)) : nullptr);
  }
}

/// What each rank throws when `count` processes run the scripts.
template <class Scripts>
std::vector<std::string> failures_of(unsigned ranks, std::uint32_t count, Scripts scripts,
                                     std::chrono::milliseconds patience = kPatience) {
  std::vector<int> unused;
  return attempt_on_ranks<int>(
      ranks, unused,
      [&](Transport& transport) {
        const auto executor = make_inline_executor();
        const auto engine = make_distributed_engine(kTenWindows, *executor, transport);
        add_all(*engine, count, scripts);
        run(*engine);
        return 0;
      },
      patience);
}

TEST_CASE("processes are dealt out to ranks in turn, and only local ones can be added and seen") {
  const std::vector<int> done = on_ranks<int>(3, [&](Transport& transport) {
    const auto executor = make_inline_executor();
    const auto engine = make_distributed_engine(kTenWindows, *executor, transport);
    const unsigned rank = transport.rank();
    int right = 0;
    for (std::uint32_t id = 0; id < 7; ++id) right += engine->local({id}) == (id % 3 == rank) ? 1 : 0;
    try {
      engine->add(rank == 0 ? nullptr : std::make_unique<ScriptProcess>(Script{.name = "stranger"}));
    } catch (const InvariantError& error) {
      const std::string text = error.what();
      right += rank == 0 ? text.find("process 0 is to be added here") != std::string::npos
                         : text.find("process 0 'stranger' is of rank 0; on rank") != std::string::npos;
    }
    add_all(*engine, 7, [](std::uint32_t) { return Script{}; });
    try {
      (void)engine->process({rank + 1});
    } catch (const InvariantError& error) {
      right += std::string(error.what()).find("is of rank " + std::to_string((rank + 1) % 3)) != std::string::npos;
    }
    right += engine->process({rank + 3}).name() == "script";
    right += engine->processes() == 7;
    right += engine->total(rank + 1) == 6;
    run(*engine);
    right += engine->window().index == 9;
    return right;
  });
  for (const int right : done) CHECK(right == 13);
}

TEST_CASE("local engines are one rank that has it all") {
  const bool plain = GENERATE(false, true);
  Bench bench = either(plain, kTenWindows);
  CHECK(bench.engine->local({kMaxProcesses - 1}));
  CHECK(bench.engine->total(17) == 17);
  CHECK_THROWS_WITH(bench.engine->add(nullptr), Contains("process 0 is to be added here, and is nullptr"));
}

TEST_CASE("what a process throws on one rank ends the steps of all, with rank and words") {
  const auto failures = failures_of(4, 9, [](std::uint32_t id) {
    return Script{.open = [id](Context& c) {
      if (id == 6 && c.window().index == 3) throw std::runtime_error("the well is dry");
    }};
  });
  for (unsigned rank = 0; rank < 4; ++rank) {
    CHECK(failures[rank] == (rank == 2 ? "the well is dry" : "rank 2: the well is dry"));
  }
}

TEST_CASE("a rank without memory ends the others with what would help") {
  std::vector<int> unused;
  EngineOptions options = kTenWindows;
  options.remedy = "fewer things need less";
  const auto failures = attempt_on_ranks<int>(2, unused, [&](Transport& transport) {
    const auto executor = make_inline_executor();
    const auto engine = make_distributed_engine(options, *executor, transport);
    add_all(*engine, 2, [](std::uint32_t id) {
      return Script{.open = [id](Context& c) {
        if (id == 1 && c.window().index == 3) throw std::bad_alloc();
      }};
    });
    run(*engine);
    return 0;
  });
  CHECK(failures[0] == "rank 1: out of memory; fewer things need less");
}

TEST_CASE("refusals across ranks name the process") {
  const auto refusal = [](const std::function<void(Context&)>& act) {
    const auto failures = failures_of(2, 4, [&](std::uint32_t id) {
      return Script{.name = "culprit", .start = [id, act](Context& c) {
                      if (id == 3) act(c);
                    }};
    });
    CHECK(failures[0] == "rank 1: " + failures[1]);
    return failures[1];
  };
  const auto named = Contains("process 3 'culprit'");
  CHECK_THAT(refusal([](Context& c) { c.send({0}, Time{99}, 0, 0); }), named && Contains("lookahead is 100"));
  CHECK_THAT(refusal([](Context& c) { c.send({4}, Time{100}, 0, 0); }), named && Contains("there are 4"));
  CHECK_THAT(refusal([](Context& c) { c.schedule(Time{INT64_MIN}, 0, 0); }), named && Contains("overflow"));
}

TEST_CASE("the clock's overflow is refused on all ranks") {
  std::vector<int> unused;
  const auto failures = attempt_on_ranks<int>(2, unused, [](Transport& transport) {
    const auto executor = make_inline_executor();
    const auto engine = make_distributed_engine({Duration{std::int64_t{1} << 61}, kNever, 1}, *executor, transport);
    add_all(*engine, 3, [](std::uint32_t) { return Script{}; });
    run(*engine);
    return 0;
  });
  for (const std::string& failure : failures) CHECK_THAT(failure, Contains("overflows the 64-bit clock"));
}

TEST_CASE("ranks that do not run the same model are refused") {
  std::vector<int> unused;
  const auto failures = attempt_on_ranks<int>(3, unused, [](Transport& transport) {
    const auto executor = make_inline_executor();
    const auto engine = make_distributed_engine(kTenWindows, *executor, transport);
    add_all(*engine, transport.rank() == 1 ? 5 : 6, [](std::uint32_t) { return Script{}; });
    run(*engine);
    return 0;
  });
  for (const std::string& failure : failures) CHECK_THAT(failure, Contains("disagree about the number of processes"));
}

TEST_CASE("a rank that comes no more is given up") {
  std::vector<int> unused;
  const auto failures = attempt_on_ranks<int>(
      2, unused,
      [](Transport& transport) {
        const auto executor = make_inline_executor();
        const auto engine = make_distributed_engine(kTenWindows, *executor, transport);
        add_all(*engine, 2, [](std::uint32_t) { return Script{}; });
        for (int i = 0; i < (transport.rank() == 1 ? 4 : 10); ++i) engine->step();
        return 0;
      },
      std::chrono::milliseconds(300));
  CHECK_THAT(failures[0], Contains("rank 0 waited 300 ms for a block of rank 1"));
}

TEST_CASE(
    "a rank that works long is waited for while it gives signs, and one that does not is given up by its number") {
  using namespace std::chrono_literals;
  const unsigned silent = GENERATE(0U, 2U);
  std::vector<int> unused;
  const std::uint64_t block = 5;
  const auto failures = attempt_on_ranks<int>(
      3, unused,
      [&](Transport& transport) {
        if (transport.rank() == 1) {
          for (int i = 0; i < 120; ++i) {
            std::this_thread::sleep_for(10ms);
            transport.give_sign();
          }
        }
        if (transport.rank() == 2 && silent == 2) return 0;
        for (unsigned to = 0; to < 3; ++to) {
          if (to != transport.rank()) transport.post(0, to, std::as_bytes(std::span(&block, 1)));
        }
        for (int i = 0; i < 2; ++i) (void)transport.take(0);
        return 0;
      },
      500ms);
  if (silent == 0) {
    CHECK(failures == std::vector<std::string>(3));
  } else {
    CHECK(failures[0] == "rank 0 waited 500 ms for a block of rank 2");
    CHECK(failures[1] == "rank 1 waited 500 ms for a block of rank 2");
  }
}

TEST_CASE("a rank that stands still is given up in a sum, by its number") {
  std::vector<int> unused;
  const auto failures = attempt_on_ranks<int>(
      3, unused,
      [](Transport& transport) {
        if (transport.rank() != 1) (void)transport.sum(1);
        return 0;
      },
      std::chrono::milliseconds(300));
  CHECK(failures[0] == "rank 0 waited 300 ms for the share of rank 1");
  CHECK(failures[2] == "rank 2 waited 300 ms for the share of rank 1");
}

TEST_CASE("a run on ranks may stop at any window") {
  for (int windows = 0; windows < 12; ++windows) {
    const auto seen = on_ranks<std::uint64_t>(3, [windows](Transport& transport) {
      const auto executor = make_inline_executor();
      const auto engine = make_distributed_engine(kTenWindows, *executor, transport);
      add_all(*engine, 6, [](std::uint32_t id) {
        return Script{.close = [id](Context& c) { c.send({(id + 1) % 6}, c.now() + c.lookahead(), 0, 0); }};
      });
      for (int i = 0; i < windows; ++i) engine->step();
      return engine->total(engine->events());
    });
    // Sent in the close of window w, handled in w + 2.
    CHECK(seen[0] == 6 * static_cast<std::uint64_t>(std::clamp(windows - 2, 0, 8)));
  }
}

TEST_CASE("ranks that stop keep their blocks until the others have taken them") {
  for (int windows = 1; windows < 12; ++windows) {
    const auto done = on_ranks<int>(3, [windows](Transport& transport) {
      const auto executor = make_inline_executor();
      const auto engine = make_distributed_engine(kTenWindows, *executor, transport);
      add_all(*engine, 6, [](std::uint32_t id) {
        return Script{.close = [id](Context& c) {
          for (std::uint32_t i = 0; i < 500; ++i) c.send({(id + 1 + i % 5) % 6}, c.now() + c.lookahead(), 0, i);
        }};
      });
      for (int i = 0; i < windows; ++i) engine->step();
      // No rank waits for another here; the slowest takes what the others may no longer have.
      if (transport.rank() == 2) std::this_thread::sleep_for(std::chrono::milliseconds(5));
      return 1;
    });
    CHECK(done == std::vector<int>{1, 1, 1});
  }
}

TEST_CASE("a block comes back as it went, and a wrong one is refused with rank and window") {
  Mailbox first, second;
  first.add({Time{5}, 1, 2, 3});
  first.add({Time{6}, 2, 2, 0}, pack(std::uint64_t{77}));
  second.add({Time{7}, 3, 2, 0}, pack(std::uint64_t{78}));
  second.add({Time{8}, 4, 2, 9});
  BlockWriter writer;
  for (int round = 0; round < 2; ++round) {
    writer.begin(17, 4, 2);
    writer.add(first);
    writer.add({});
    writer.add(second);
    const auto bytes = writer.finish();
    const BlockView view = read_block(bytes, 17, 3);
    REQUIRE(view.messages.size() == 4);
    REQUIRE(view.bodies.size() == 2);
    std::string seen;
    for_each_message(view.messages.data(), view.messages.data() + 4, view.bodies.data(), view.bodies.data() + 2,
                     [&](const Event& message, const Body* body) {
                       seen += std::to_string(message.time.us) + ":" +
                               std::to_string(body == nullptr ? message.data : unpack<std::uint64_t>(*body)) + " ";
                     });
    CHECK(seen == "5:3 6:77 7:78 8:9 ");
  }
  const auto whole = writer.finish();
  const std::vector<std::byte> good(whole.begin(), whole.end());
  const auto named = Contains("rank 3 sent");
  const auto refusal = [&](std::vector<std::byte> bytes, std::int64_t window = 17) -> std::string {
    try {
      (void)read_block(bytes, window, 3);
    } catch (const RankFailure& failure) {
      return failure.what();
    }
    return "accepted";
  };
  CHECK(refusal(good) == "accepted");
  CHECK_THAT(refusal(good, 18), Contains("rank 3 sent a block of window 17 for window 18"));
  CHECK_THAT(refusal({}), named && Contains("only 0 bytes for window 17"));
  auto longer = good;
  longer.resize(good.size() + 8);
  CHECK_THAT(refusal(longer), named && Contains("should have"));
  for (std::size_t at = 0; at < good.size(); ++at) {
    auto damaged = good;
    damaged[at] ^= std::byte{4};
    CHECK_THAT(refusal(damaged), Contains("rank 3 sent"));
    CHECK_THAT(refusal({good.begin(), good.begin() + static_cast<std::ptrdiff_t>(at)}), named);
  }
}

}  // namespace
}  // namespace dwell::kernel::test
