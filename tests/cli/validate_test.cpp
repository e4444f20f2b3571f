// `validate`: what it prints, what it writes, what it refuses.

#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/cli/child.hpp"

using dwell::test::Finished;
using dwell::test::fits_80_columns;
using dwell::test::Folder;
using dwell::test::read_text;
using dwell::test::run_dwell;
using dwell::test::Words;
using dwell::test::write_text;

namespace {

void refused(const Words& words, const std::string& said, const std::string& log = "user,time\nu,1759320000\n") {
  const Folder folder;
  write_text(folder.path("log.csv"), log);
  dwell::test::refused(folder, words, {said});
}

/// Thirty days of a few people who click and order at fixed times.
std::string month_of_clicks() {
  std::string text = "when,who,what\n";
  for (int hour = 0; hour < 30 * 24; ++hour) {
    for (int user = 0; user < 12; ++user) {
      if ((hour + 7 * user) % (user + 2) != 0) continue;
      const long long at_s = 1'759'244'400LL + hour * 3600LL + user * 20;
      text += fmt::format("{},u{},view\n{},u{},cart\n", at_s, user, at_s + 30 + user, user);
      if (hour % 5 == 0) text += fmt::format("{},u{},paid\n", at_s + 90, user);
    }
  }
  return text;
}

}  // namespace

TEST_CASE("validate compares simulated traffic with fifteen statistics, page and JSON") {
  const Folder folder;
  const Finished end =
      run_dwell(folder, {"validate", "--scale", "1/20000", "--days", "3", "-o", "v.json", "--fit", "-q"});
  INFO(end.err);
  REQUIRE((end.code == 0 || end.code == 1));
  CHECK(end.err.empty());
  fits_80_columns(end.out);
  for (const char* word : {"pages per session", "accepted", "fewer than 28 whole days on end", "CDNOW", "skipped",
                           "think_mu", "too few days", "merge them into a copy"})
    CHECK(end.out.find(word) != std::string::npos);
  const auto json = nlohmann::json::parse(read_text(folder.path("v.json")));
  REQUIRE(json.at("statistics").size() == 15);
  int passed = 0;
  for (const auto& statistic : json.at("statistics")) {
    for (const char* key : {"id", "name", "value", "low", "high", "pass", "parts", "references"})
      CHECK(statistic.contains(key));
    passed += statistic.at("pass").get<bool>() ? 1 : 0;
  }
  CHECK(json.at("passed") == passed);
  CHECK(end.code == (json.at("failed") == 0 ? 0 : 1));
  CHECK(json.at("statistics")[3].at("value").get<double>() == Approx(33).epsilon(.1));
  CHECK_FALSE(json.at("statistics")[10].contains("skipped"));  // items are the model's to name
  CHECK(json.at("statistics")[10].at("value").get<double>() == Approx(.9).epsilon(.2));
  CHECK(json.at("statistics")[0].at("low").is_null());  // of three days
  CHECK(json.at("statistics")[0].at("parts")[0].at("no_interval") == "too few days");
  CHECK(json.at("statistics")[14].at("low").is_number());  // drawn by users
  CHECK(json.at("plots").at("hours").size() == 24);
  CHECK(json.at("plots").at("days").size() == 3);
  CHECK(json.at("plots").at("week").at("events_by_hour").size() == 72);
  CHECK(json.at("fit").at("platform").at("sessions").at("think_mu").get<double>() == Approx(3.5).epsilon(.02));
  CHECK(json.at("source").at("scale") == "1/20000");
}

TEST_CASE("a day of few members fails nothing for want of data") {
  const Folder folder;
  const Finished end = run_dwell(folder, {"validate", "--scale", "1/4000", "--days", "1", "-q"});
  INFO(end.out);
  CHECK(end.code == 0);
  CHECK(end.out.find("under 50,000 sessions") != std::string::npos);
  CHECK(end.out.find("14.x") == std::string::npos);
}

TEST_CASE("validate gives the same figures on any number of threads, others for another seed") {
  const auto values = [](const Words& more) {
    const Folder folder;
    Words words = {"validate", "--scale", "1/30000", "--days", "2", "--json", "-q"};
    words.insert(words.end(), more.begin(), more.end());
    return nlohmann::json::parse(run_dwell(folder, words).out).at("statistics").dump();
  };
  const std::string one = values({"--threads", "1"});
  CHECK(values({"--threads", "3"}) == one);
  CHECK(values({"--seed", "2"}) != one);
}

TEST_CASE("validate simulates the members of another scenario") {
  const Folder folder;
  const auto document = [&](const char* scenario) {
    const Finished end =
        run_dwell(folder, {"validate", "--scenario", scenario, "--scale", "1/30000", "--days", "2", "--json", "-q"});
    INFO(end.err);
    return nlohmann::json::parse(end.out);
  };
  const nlohmann::json tiny = document("tiny");
  CHECK(tiny.at("source").at("scenario") == "tiny");
  CHECK(tiny.at("source").at("clicks") != document("coupang-2025").at("source").at("clicks"));
}

TEST_CASE("validate reads a log with its own names") {
  const Folder folder;
  write_text(folder.path("log.csv"), month_of_clicks());
  const Finished end =
      run_dwell(folder, {"validate", "log.csv", "--columns", "user=who,time=when,event=what", "--events",
                         "cart=cart,buy=paid", "--holidays", "2025-10-03..2025-10-05", "--json", "-q"});
  INFO(end.err);
  REQUIRE(end.code == 1);
  const auto json = nlohmann::json::parse(end.out);
  CHECK(json.at("source").at("columns").at("user") == "who");
  CHECK(json.at("source").at("times") == "seconds since 1970");
  CHECK(json.at("plots").at("days").size() == 30);
  CHECK(json.at("plots").at("days")[0].at("date") == "2025-10-01");
  CHECK(json.at("plots").at("days")[2].at("holiday") == true);
  const auto& statistics = json.at("statistics");
  for (const int skipped : {11, 15}) CHECK(statistics[static_cast<std::size_t>(skipped - 1)].contains("skipped"));
  for (const int there : {1, 2, 4, 6, 7, 8, 9, 12})
    CHECK_FALSE(statistics[static_cast<std::size_t>(there - 1)].contains("skipped"));
  const Finished page = run_dwell(folder, {"validate", "log.csv", "--columns", "user=who,time=when,event=what", "-q"});
  CHECK(page.out.find("Columns: user=who, time=when, event=what") != std::string::npos);
  CHECK(page.out.find("No event was taken for an order") != std::string::npos);
  CHECK(page.out.find("column item missing") != std::string::npos);
  CHECK(page.out.find("is no error of the log") != std::string::npos);
  const Finished fit = run_dwell(
      folder, {"validate", "log.csv", "--columns", "user=who,time=when,event=what", "--events", "buy=paid", "--fit"});
  for (const char* sentence :
       {"Not proposed, column outcome missing: login, login_failure.", "column system missing: mobile, android",
        "column item missing: exponent of the catalogue", "dormant"})
    CHECK(fit.out.find(sentence) != std::string::npos);
}

TEST_CASE("validate draws a week, of a simulation or of a log") {
  const Folder folder;
  write_text(folder.path("log.csv"), month_of_clicks());
  const Words log = {"validate", "log.csv", "--columns", "user=who,time=when,event=what"};
  for (Words words : {log, Words{"validate", "--scale", "1/20000", "--days", "2"}}) {
    words.insert(words.end(), {"--plot", "week.svg", "-q", "--json"});
    const Finished end = run_dwell(folder, words);
    INFO(end.err);
    REQUIRE((end.code == 0 || end.code == 1));
    CHECK(nlohmann::json::accept(end.out));
    const std::string svg = read_text(folder.path("week.svg"));
    CHECK(svg.starts_with("<?xml"));
    CHECK(svg.ends_with("</svg>\n"));
    for (const char* id : {"week-observed", "week-published", "hours-observed", "hours-published"})
      CHECK(svg.find(id) != std::string::npos);
  }
  CHECK(folder.names() == Words{"log.csv", "week.svg"});
}

TEST_CASE("a log's words may be in any encoding, and do not steer the terminal") {
  const Folder folder;
  // The Korean for "purchase" in CP949, and a sequence that would turn a terminal red.
  write_text(folder.path("log.csv"), "user,time,event\nu,1759320000,\xb1\xb8\xb8\xc5\nu,1759320060,\x1b[31mred\n");
  const Finished end = run_dwell(folder, {"validate", "log.csv", "-o", "v.json"});
  INFO(end.err);
  CHECK(end.code != 2);
  CHECK(end.err.find("defect") == std::string::npos);
  CHECK(end.out.find("?[31mred") != std::string::npos);
  CHECK(end.out.find('\x1b') == std::string::npos);
  CHECK(nlohmann::json::parse(read_text(folder.path("v.json"))).contains("statistics"));
}

TEST_CASE("validate reads standard input") {
  const Folder folder;
  write_text(folder.path("log.csv"), month_of_clicks());
  const Words columns = {"--columns", "user=who,time=when,event=what", "-q"};
  const auto page = [&](const std::string& log, const dwell::test::Surroundings& surroundings) {
    Words words = {"validate", log};
    words.insert(words.end(), columns.begin(), columns.end());
    const Finished end = run_dwell(folder, words, surroundings);
    INFO(end.err);
    CHECK(end.err.empty());
    return end.out;
  };
  dwell::test::Surroundings pipe;
  pipe.in_file = folder.path("log.csv");
  const std::string piped = page("-", pipe);
  REQUIRE(piped.starts_with("standard input: "));
  const std::string named = page("log.csv", {});
  CHECK(piped.substr(piped.find("Columns")) == named.substr(named.find("Columns")));
}

TEST_CASE("what validate computed is shown even where a file cannot be written") {
  const Folder folder;
  write_text(folder.path("log.csv"), "user,time\nu,1759320000\nu,1759320030\n");
  for (const Words& words : {Words{"validate", "log.csv", "-q", "-o", "/dev/full"},
                             Words{"validate", "log.csv", "-q", "--plot", "week.svg"}}) {
    const Finished end = run_dwell(folder, words);
    CHECK(end.code == 1);
    CHECK(end.out.starts_with("log.csv: 2 rows, 1 day from 2025-10-01\n"));
    CHECK(end.out.find("pages per session") != std::string::npos);
    CHECK(end.err.find(words[3] == "-o" ? "/dev/full" : "no whole day was seen") != std::string::npos);
  }
  CHECK(folder.names() == Words{"log.csv"});
}

TEST_CASE("what --fit proposes is a part of a scenario") {
  const Folder folder;
  write_text(folder.path("log.csv"), month_of_clicks());
  const Finished fit =
      run_dwell(folder, {"validate", "log.csv", "--columns", "user=who,time=when,event=what", "--fit", "--json", "-q"});
  auto scenario = nlohmann::json::parse(read_text(dwell::test::tiny_scenario()));
  const auto part = nlohmann::json::parse(fit.out).at("fit");
  REQUIRE(part.at("platform").at("sessions").contains("think_mu"));
  scenario.merge_patch(part);
  scenario["name"] = "mine";
  write_text(folder.path("mine.json"), scenario.dump());
  const Finished end =
      run_dwell(folder, {"validate", "--scenario", "mine.json", "--scale", "1/30000", "--days", "1", "-q"});
  INFO(end.err);
  CHECK((end.code == 0 || end.code == 1));
  CHECK(end.out.starts_with("mine at 1/30000"));
}

TEST_CASE("validate says how many rows are log-ins, and how they are no outcome") {
  const Folder folder;
  write_text(folder.path("log.csv"), "user,time,outcome\nu,1759320000,ok\nu,1759320030,\nu,1759320060,\n");
  const Finished with = run_dwell(folder, {"validate", "log.csv", "-q"});
  CHECK(with.out.find("1 of 3 rows have an outcome") != std::string::npos);
  CHECK(with.out.find("--columns outcome=-") != std::string::npos);
  const Finished without = run_dwell(folder, {"validate", "log.csv", "-q", "--columns", "outcome=-", "--json"});
  const auto source = nlohmann::json::parse(without.out).at("source");
  CHECK(source.at("log_ins") == 0);
  CHECK(source.at("clicks") == 3);
}

TEST_CASE("validate says that a gap of two days cannot be told from a quiet night") {
  const Folder folder;
  std::string text = "user,time\n";
  for (int hour = 0; hour < 48; ++hour) {
    if (hour % 24 >= 9) text += fmt::format("u,{}\n", 1'759'244'400LL + hour * 3600LL);
  }
  write_text(folder.path("log.csv"), text);
  const Finished end = run_dwell(folder, {"validate", "log.csv", "-q"});
  CHECK(end.out.find("cannot be told") != std::string::npos);
  CHECK(end.out.find("Nights are quiet") == std::string::npos);
  CHECK(end.out.find("under three whole, ordinary days") != std::string::npos);
}

TEST_CASE("validate simulates the days asked for, whatever those of the campaign are") {
  const Folder folder;
  const auto first_day = [&](const Words& more) {
    Words words = {"validate", "--scenario", "tiny", "--scale", "1/30000", "--days", "1", "--json", "-q"};
    words.insert(words.end(), more.begin(), more.end());
    return nlohmann::json::parse(run_dwell(folder, words).out).at("plots").at("days")[0].at("date");
  };
  CHECK(first_day({}) == "2025-10-01");
  CHECK(first_day({"--from", "2026-02-16"}) == "2026-02-16");
}

TEST_CASE("validate refuses what it cannot read") {
  refused({"validate", "log.csv", "--columns", "user=time,time=time"}, "\"time\" for user and for time");
  refused({"validate", "log.csv", "--events", "cart=Paid,buy=paid"}, "it is there for cart already");
  refused({"validate", "--from", "October"}, "--from: found \"October\"");
  refused({"validate", "--from", "2025-02-01", "--full-year"}, "--from");
  refused({"validate", "log.csv", "--from", "2025-02-01"}, "--from");
  refused({"validate", "log.csv", "--plot", "log.csv"}, "log.csv");
  refused({"validate", "log.csv", "--plot", "a.svg", "-o", "a.svg"}, "--plot");
  refused({"validate", "log.csv", "--plot", "./a.svg", "-o", "a.svg"}, "--plot");
  refused({"validate", "log.csv", "--plot", "-"}, "--plot: found \"-\"; accepted: the name of a file");
  refused({"validate", "log.csv", "--plot", "nowhere/a.svg"}, "nowhere");
  refused({"validate", "log.csv", "--plot", "week.png"},
          "--plot: found \"week.png\"; accepted: a name that ends in .svg");
  refused({"validate", "log.csv", "--scenario", "tiny"}, "--scenario: found \"tiny\"");
  refused({"validate", "--scenario", "tinny"}, "tinny");
  refused({"validate", "nowhere.csv"}, "nowhere.csv: No such file or directory");
  refused({"validate", "."}, "found a folder");
  refused({"validate", "log.csv", "--columns", "user=uid"},
          "log.csv: line 1: found no column \"uid\" for user; accepted: user, time");
  refused({"validate", "log.csv", "--columns", "usr=user"}, "user (did you mean it?)");
  refused({"validate", "log.csv", "--columns", "user"}, "such as user=visitorid");
  refused({"validate", "log.csv", "--events", "cart=x,buy=y,buy=x"}, "--events: found \"buy=x\"");
  refused({"validate", "log.csv", "--events", "sell=x"}, "such as cart=addtocart");
  refused({"validate", "log.csv", "--zone", "Seoul"}, "such as +09:00");
  refused({"validate", "log.csv", "--holidays", "2025-10-08..2025-10-05"}, "2025-10-05..2025-10-08");
  refused({"validate", "log.csv", "--scale", "1/10"}, "--scale: found \"1/10\"");
  refused({"validate", "log.csv", "--full-year"}, "--full-year");
  refused({"validate", "log.csv", "-o", "log.csv"}, "log.csv");
  refused({"validate", "--zone", "Z"}, "dwell validate FILE.csv");
  refused({"validate", "--days", "3", "--full-year"}, "--days");
  refused({"validate", "--scale", "1/1000000"}, "a scale that leaves at least");
  refused({"validate", "--detector", "midas"}, "--detector");
  refused({"validate", "log.csv"}, "log.csv: line 3: found the time",
          "user,time\nu,2025-10-01T00:00:00Z\nu,2025-10-01T00:00:00+09:00\n");
  refused({"validate", "log.csv"}, "found nothing in it", "");
}
