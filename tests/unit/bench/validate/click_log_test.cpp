// Logs of others: what is read, and the words with which bad ones are refused.

#include <fmt/format.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <string>

#include "bench/csv/wall_time.hpp"
#include "bench/validate/click_log.hpp"

using namespace dwell;
using namespace dwell::validate;
using dwell::csv::parse_zone;
using dwell::csv::WallClock;

namespace {

/// A file of its own with this text.
class File {
 public:
  explicit File(const std::string& text) {
    static int number = 0;
    path_ = std::filesystem::temp_directory_path() / fmt::format("dwell-log-{}-{}.csv", getpid(), ++number);
    std::ofstream(path_, std::ios::binary) << text;
  }
  ~File() { std::filesystem::remove(path_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  [[nodiscard]] std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

LogResult read(const std::string& text, const LogOptions& options = {}) {
  const File file(text);
  Result<LogResult> result = read_click_log(file.path(), options);
  if (!result) FAIL(result.error().message());
  return std::move(result.value());
}

void refused(const std::string& text, const std::string& place, const std::string& found, const std::string& accepted,
             const LogOptions& options = {}) {
  const File file(text);
  const Result<LogResult> result = read_click_log(file.path(), options);
  REQUIRE_FALSE(result);
  const Error& error = result.error();
  INFO(error.message());
  CHECK(error.file == file.path());
  CHECK(error.place == place);
  CHECK(error.found.find(found) != std::string::npos);
  CHECK(error.accepted.find(accepted) != std::string::npos);
}

std::int64_t wall(const std::string& text, std::int64_t zone_us = 9 * kHourUs) {
  WallClock clock(zone_us);
  const Result<std::int64_t> time = clock.read(text);
  if (!time) FAIL(time.error().message());
  return time.value();
}

constexpr std::int64_t kNoonUs = 1'759'320'000LL * kSecondUs;  // 2025-10-01T12:00:00Z

}  // namespace

TEST_CASE("times in any usual form", "[validate]") {
  CHECK(wall("1759320000") == kNoonUs + 9 * kHourUs);
  CHECK(wall("1759320000.25") == kNoonUs + 9 * kHourUs + kSecondUs / 4);
  CHECK(wall("1759320000250") == kNoonUs + 9 * kHourUs + kSecondUs / 4);
  CHECK(wall("1759320000250001") == kNoonUs + 9 * kHourUs + kSecondUs / 4 + 1);
  CHECK(wall("1759320000250001999") == kNoonUs + 9 * kHourUs + kSecondUs / 4 + 1);
  CHECK(wall("2025-10-01T12:00:00Z") == kNoonUs + 9 * kHourUs);
  CHECK(wall("2025-10-01 12:00:00 UTC") == kNoonUs + 9 * kHourUs);
  CHECK(wall("2025-10-01 12:00:00 UTC", -5 * kHourUs) == kNoonUs - 5 * kHourUs);
  CHECK(wall("2025-10-01T12:00:00") == kNoonUs);
  CHECK(wall("2025-10-01T24:00") == kNoonUs + 12 * kHourUs);
  CHECK(wall(" 2025-10-01T12:00 ") == kNoonUs);
  CHECK(wall("2025-10-01T12:00:00.5+02:00") == kNoonUs + kSecondUs / 2);
  for (const char* text : {"", "noon", "12:00", "2025-13-01T00:00", "2025-02-30T00:00", "2025-10-01",
                           "2025-10-01T25:00", "2025-10-01T24:00:01", "2025-10-01T23:60", "2025-10-01T12:00:00 CET",
                           "-5", "1e9", "99999999999999999999", "17", "1759320000.x"}) {
    INFO(text);
    CHECK_FALSE(WallClock(0).read(text));
  }
  for (const auto& [text, moved] : {std::pair{"1759320000", true},
                                    {"2025-10-01T12:00:00Z", true},
                                    {"2025-10-01T12:00:00", false},
                                    {"2025-10-01T12:00:00+02:00", false}}) {
    INFO(text);
    WallClock clock(0);
    REQUIRE(clock.read(text));
    CHECK(clock.moved() == moved);
  }
  CHECK(parse_zone("-0330").value() == -(3 * kHourUs + kHourUs / 2));
  CHECK(parse_zone("+09").value() == 9 * kHourUs);
  for (const char* text : {"", "9", "+9", "+15:00", "+09:60", "Seoul"}) CHECK_FALSE(parse_zone(text));
}

TEST_CASE("a log with quotes, other separators and a byte order mark", "[validate]") {
  const LogResult found = read(
      "\xEF\xBB\xBFvisitorid;timestamp;event;itemid\r\n"
      "\"a;\"\"1\"\"\";1759320000000;view;7\r\n\r\n"
      "\"a;\"\"1\"\"\";1759320005000;addtocart;7\r\n"
      "b;1759320009000;transaction;8");
  CHECK(found.rows == 3);
  CHECK(found.columns[0] == "visitorid");
  CHECK(found.time_form == "milliseconds since 1970");
  CHECK(found.observed.clicks == 3);
  CHECK(found.observed.item_counts == std::vector<double>{2, 1});
  double sessions = 0, carts = 0, buys = 0;
  for (const DayEvidence& day : found.observed.by_day) {
    sessions += day.sessions;
    carts += day.kinds[1];
    buys += day.kinds[2];
  }
  CHECK(sessions == 2);
  CHECK(carts == 1);
  CHECK(buys == 1);
  CHECK(found.view_words == std::vector<std::string>{"view"});
}

TEST_CASE("blanks around names of columns are not part of them", "[validate]") {
  const LogResult found = read("time, user ,\tevent\n1759320000,u,view\n");
  CHECK(found.columns == std::array<std::string, kRoles>{"user", "time", "event"});
}

TEST_CASE("columns and words are mapped", "[validate]") {
  LogOptions options;
  options.columns = {"who", "when", "what"};
  options.buy_words = {"paid"};
  const LogResult found =
      read("when,what,who,user\n1759320000,paid,x,\n1759320010,order,x,\n1759320020,paid,,u\n", options);
  CHECK(found.without_owner == 1);
  CHECK(found.observed.clicks == 2);
  CHECK(found.view_words == std::vector<std::string>{"order"});
  CHECK(found.observed.columns.event);
  CHECK_FALSE(found.observed.columns.item);
}

TEST_CASE("log-ins are counted apart", "[validate]") {
  const LogResult found = read(
      "user,time,outcome,carrier,os\n"
      "u,1759320000,failure,SKT,Android 15\nu,1759320001,success,SKT,Android 15\nu,1759320002,,SK Telecom,iOS\n");
  double logins = 0, failures = 0, skt = 0;
  for (const UserEvidence& user : found.observed.by_user) {
    logins += user.logins;
    failures += user.failures;
    skt += user.carriers[static_cast<std::size_t>(Carrier::skt)];
  }
  CHECK(logins == 1);
  CHECK(failures == 1);
  CHECK(skt == 1);
}

TEST_CASE("a column called login is no outcome unless somebody says so", "[validate]") {
  const std::string log = "login,time,event\nkim,1759320000,view\nlee,1759320001,buy\n";
  LogOptions options;
  options.columns[0] = "login";
  const LogResult found = read(log, options);
  CHECK(found.columns[static_cast<std::size_t>(Role::outcome)].empty());
  CHECK(found.observed.clicks == 2);
  CHECK(found.log_ins == 0);
  refused(log, "line 1", "no column for user or session", "login, time, event");
  options.columns = {"user", "time"};
  options.columns[static_cast<std::size_t>(Role::outcome)] = "login";
  CHECK(read("user,time,login\nu,1759320000,ok\nu,1759320001,\n", options).log_ins == 1);
}

TEST_CASE("a column given to one role is guessed for no other, and a role can be left without one", "[validate]") {
  const std::string log = "user,time,outcome\nu,1759320000,view\nu,1759320001,buy\n";
  refused(log, "line 2", "the outcome \"view\"", "success or failure");
  LogOptions options;
  options.columns[static_cast<std::size_t>(Role::event)] = "outcome";
  const LogResult event = read(log, options);
  CHECK_FALSE(event.observed.columns.outcome);
  CHECK(event.view_words == std::vector<std::string>{"view"});
  options = {};
  options.columns[static_cast<std::size_t>(Role::outcome)] = kNoColumn;
  const LogResult without = read(log, options);
  CHECK_FALSE(without.observed.columns.outcome);
  CHECK(without.observed.clicks == 2);
  options.columns[static_cast<std::size_t>(Role::time)] = kNoColumn;
  refused(log, "line 1", "no column for time", "user, time, outcome", options);
}

TEST_CASE("two roles do not share a column", "[validate]") {
  LogOptions options;
  options.columns[static_cast<std::size_t>(Role::user)] = options.columns[static_cast<std::size_t>(Role::time)] =
      "time";
  refused("user,time\nu,1759320000\n", "line 1", "the column \"time\" for user and for time", "a column for each",
          options);
}

TEST_CASE("words that were named win over the usual ones, in any case", "[validate]") {
  const std::string log = "user,time,event\nu,1759320000,ORDER\nu,1759320001,buy\nu,1759320002,cart\n";
  const auto kinds = [&](const std::vector<std::string>& cart, const std::vector<std::string>& buy) {
    LogOptions options;
    options.cart_words = cart;
    options.buy_words = buy;
    std::array<double, kPageKinds> sum{};
    for (const DayEvidence& day : read(log, options).observed.by_day) {
      for (std::size_t k = 0; k < kPageKinds; ++k) sum[k] += day.kinds[k];
    }
    return sum;
  };
  using Kinds = std::array<double, kPageKinds>;  // views, carts, orders
  CHECK(kinds({}, {}) == Kinds{0, 1, 2});
  CHECK(kinds({"order"}, {}) == Kinds{1, 1, 1});
  CHECK(kinds({}, {"Cart"}) == Kinds{2, 0, 1});
  CHECK(kinds({"buy"}, {"cart"}) == Kinds{1, 1, 1});
}

TEST_CASE("zones are compared by offset, not by how they are written", "[validate]") {
  const LogResult found =
      read("user,time\nu,2025-10-01T10:00:00+0900\nu,2025-10-01T10:00:01+09:00\nu,2025-10-01T10:00:02+09\n");
  CHECK(found.rows == 3);
  CHECK(found.time_form == "a date and time in the zone +09:00");
  CHECK(read("user,time\nu,2025-10-01T10:00:00Z\nu,2025-10-01T10:00:01+00:00\n").zone_applied);
  refused("user,time\nu,2025-10-01T10:00:00-0330\nu,2025-10-01T10:00:01+03:30\n", "line 3", "in the zone +03:30",
          "in the zone -03:30, as in the first row");
}

TEST_CASE("bad logs are refused with line, what was found and what is accepted", "[validate]") {
  refused("", "", "found nothing in it", "a header row");
  refused("user,time\n", "line 1", "a header and no rows", "a row for each click");
  refused("user,time,user\nu,1,2\n", "line 1", "the column \"user\" twice", "once");
  refused("who,time\nu,1759320000\n", "line 1", "no column for user or session", "--columns with one of: who, time");
  refused("user,date\nu,1759320000\n", "line 1", "no column for time", "user, date");
  refused("user,time\nu,1759320000,3\n", "line 2", "3 fields", "2, as in the header");
  refused("user,time\nu,1759320000\n\nu\n", "line 4", "1 field", "2, as in the header");
  refused("user,time\nu,yesterday\n", "line 2", "the time \"yesterday\"", "since 1970");
  refused("user,time\nu,2025-10-01T10:00:00+09:00\nu,2025-10-01T01:00:01Z\n", "line 3", "in the zone UTC",
          "in the zone +09:00, as in the first row");
  refused("user,time\nu,2025-10-01T10:00:00\nu,2025-10-01T10:00:01Z\n", "line 3", "in the zone UTC", "without a zone");
  refused("user,time\nu,1759320000\nu,1759320000000\n", "line 3", "milliseconds", "seconds since 1970");
  refused("user,time\nu,1759320000\nu,1759340000\nu,1759360000\nu,1759320001\n", "line 5", "11.1 h before",
          "60 minutes");
  refused("user,time\nu,1259320000\nu,1759320000\n", "line 3", "more than 4000 days", "so many days");
  refused("user,time,outcome\nu,1759320000,perhaps\n", "line 2", "the outcome \"perhaps\"", "success or failure");
  refused("user,time\n\"u,1759320000\n", "line 2", "a quote that is not closed", "ends with a quote");
  refused("user,time\n\"u\"x,1759320000\n", "line 2", "after a closing quote", "the separator");
  refused(std::string("user,time\nu\0,1759320000\n", 24), "line 2", "a zero byte", "text");
  refused(std::string("user,time\n\"u\0\",1759320000\n", 26), "line 2", "a zero byte", "text");
  refused("user,time\ru,1759320000\r", "line 1", "a carriage return among the names", "LF or CRLF");
  refused("user,time\n,1759320000\n", "", "no row with a user or a session", "somebody");
  LogOptions options;
  options.columns[0] = "uid";
  refused("user,time\nu,1759320000\n", "line 1", "no column \"uid\" for user", "user, time", options);
  CHECK(read_click_log("/nowhere/at/all.csv", {}).error().found.find("No such file") != std::string::npos);
  CHECK(read_click_log(std::filesystem::temp_directory_path().string(), {}).error().found == "found a folder");
}

TEST_CASE("of a header of many names the first are told", "[validate]") {
  std::string header = "c0";
  for (int column = 1; column < 100'000; ++column) header += fmt::format(",c{}", column);
  refused(header + "\n", "line 1", "no column for time", "c18, c19 and 99980 more");
}

TEST_CASE("an endless row is refused in bounded memory", "[validate]") {
  refused("user,time\n" + std::string(2'000'000, 'u') + "\n", "line 2", "longer than a megabyte", "rows of text");
}

TEST_CASE("a reader may stop", "[validate]") {
  std::string text = "user,time\n";
  for (int i = 0; i < 200'000; ++i) text += fmt::format("u{},{}\n", i % 100, 1'759'320'000 + i);
  const File file(text);
  const auto stopped = read_click_log(file.path(), {}, [](double done, std::uint64_t) { return done < .5; });
  REQUIRE(stopped);
  CHECK_FALSE(stopped.value().finished);
  CHECK(stopped.value().rows < 200'000);
}
