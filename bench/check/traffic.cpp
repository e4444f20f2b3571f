#include "bench/check/traffic.hpp"

#include <set>

#include "sim/core/digest.hpp"
#include "sim/core/random.hpp"
#include "sim/core/vocabulary.hpp"

namespace dwell::check {
namespace {

void push_inventory(StreamWindow& first) {
  constexpr std::int64_t kLongAgo = -400LL * 86'400'000'000;
  const auto key = [&](std::uint32_t id, std::uint32_t owner, telemetry::KeyUse use) {
    first.keys.push({kLongAgo, 0, id, owner, static_cast<std::uint8_t>(telemetry::KeyEvent::created),
                     static_cast<std::uint8_t>(use)});
  };
  key(11, 1, telemetry::KeyUse::token_signing);
  key(kLeaversKey, 2, telemetry::KeyUse::token_signing);
  key(20, 3, telemetry::KeyUse::service);
  first.workforce.push({kLongAgo / 2, 0, 2, static_cast<std::uint8_t>(telemetry::StaffEvent::left)});
  for (std::uint32_t i = 0; i < 5; ++i) first.deception.push({0, 0, kHoney + i});
}

/// Ordinary rows of one window at offsets spread over it.
void push_ordinary(StreamWindow& out, std::size_t w, std::uint64_t seed, std::set<std::uint64_t>& issued) {
  RandomStream random(Seed{seed}, static_cast<std::uint32_t>(w), purpose("test.stream"));
  const auto hour = static_cast<std::uint32_t>(w / 60 % 24);
  const std::uint32_t rows = 4 + (hour > 7 ? random.below(7) : random.below(3));
  for (std::uint32_t i = 0; i < rows; ++i) {
    const std::uint32_t member = 1 + random.below(2000);
    telemetry::AccessRow row = access_row(w, member, 1000 + member % 97, member % 2 == 0 ? 11 : kLeaversKey);
    row.time_us += i * 4'000'000;
    row.ingest_us = row.time_us;
    row.page = static_cast<std::uint8_t>(random.below(kPages));
    row.records = random.below(30) == 0 ? 0 : 1;
    row.token = mix64(member, w / 720);
    if (random.below(15) == 0) {
      row.key = 20;
      row.source = 77;
      row.token = mix64(999, w / 720);
      row.client = static_cast<std::uint8_t>(Client::service);
      out.audit.push({row.time_us, row.ingest_us, row.token, 1 + member % 5, member, row.key, 1 + member});
    }
    row.network = static_cast<std::uint16_t>(row.source % 7);
    if (issued.insert(row.token).second && random.below(100) != 0) {
      out.auth.push({row.time_us, row.ingest_us, row.token, member, row.source, row.key, row.network, 0, 0, 0});
    }
    out.access.push(row);
  }
}

void push_campaign(StreamWindow& out, std::size_t w, const Plant& plant) {
  for (std::uint32_t i = 0; i < plant.rows; ++i) {
    const auto n = static_cast<std::uint32_t>(w - plant.from) * plant.rows + i;
    telemetry::AccessRow row = access_row(w, n % 50 == 0 ? kHoney + n % 5 : 500 + n, kIntruder, kLeaversKey);
    row.time_us += 50'000'000 + i;
    row.ingest_us = row.time_us;
    row.page = static_cast<std::uint8_t>(Page::address);
    row.token = mix64(0xf0f0, n);
    row.records = n % 4 == 3 ? 1 : 0;
    row.network = 900;
    row.country = 4;
    out.access.push(row);
  }
}

}  // namespace

telemetry::AccessRow access_row(std::size_t window, std::uint32_t member, std::uint32_t source, std::uint32_t key) {
  telemetry::AccessRow row;
  row.time_us = static_cast<std::int64_t>(window) * kWindowUs + 1'000'000;
  row.ingest_us = row.time_us;
  row.token_issued_us = row.time_us - 1'000'000;
  row.token = mix64(member, source);
  row.member = member;
  row.source = source;
  row.key = key;
  row.network = static_cast<std::uint16_t>(source % 7);
  row.status = telemetry::kStatusOk;
  row.records = 1;
  row.page = static_cast<std::uint8_t>(Page::mypage);
  row.log_lines = 4;
  return row;
}

Stream make_stream(std::size_t days, const Plant& plant, std::uint64_t seed) {
  Stream stream(days * 1440);
  std::set<std::uint64_t> issued;
  push_inventory(stream[0]);
  for (std::size_t w = 0; w < stream.size(); ++w) {
    push_ordinary(stream[w], w, seed, issued);
    if (w >= plant.from && w < plant.from + plant.windows) push_campaign(stream[w], w, plant);
  }
  return stream;
}

Stream make_crowd(std::size_t windows) {
  Stream crowd(windows);
  std::uint32_t n = 0;
  for (std::size_t w = 0; w < windows; ++w) {
    for (int i = 0; i < 2000; ++i, ++n) {
      telemetry::AccessRow row = access_row(w, 1 + n % 3'000'000, 0x01000000 + n * 7, 11 + n % 5);
      row.records = n % 2;
      row.token = mix64(n);
      crowd[w].access.push(row);
    }
  }
  return crowd;
}

Stream make_rush(std::size_t windows) {
  Stream rush(windows);
  push_inventory(rush[0]);
  for (std::size_t w = 0; w < windows; ++w) {
    RandomStream random(Seed{1}, static_cast<std::uint32_t>(w), purpose("test.rush"));
    for (std::uint32_t i = 0; i < 2000; ++i) {
      const std::uint32_t member = 1 + random.below(200'000);
      telemetry::AccessRow row = access_row(w, member, 1000 + member % 20'000, member % 2 == 0 ? 11 : kLeaversKey);
      row.page = static_cast<std::uint8_t>(random.below(kPages));
      row.network = static_cast<std::uint16_t>(row.source % 500);
      if (random.below(8) == 0) {
        rush[w].auth.push({row.time_us, row.ingest_us, row.token, member, row.source, row.key, row.network, 0, 0, 0});
      }
      rush[w].access.push(row);
    }
  }
  return rush;
}

}  // namespace dwell::check
