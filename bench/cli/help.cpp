#include "bench/cli/help.hpp"

#include <fmt/format.h>

#include <initializer_list>
#include <string_view>

namespace dwell::cli {
namespace {

std::string join(std::initializer_list<std::string_view> parts) {
  std::string page;
  for (const std::string_view part : parts) page += part;
  return page;
}

constexpr std::string_view kPurpose =
    R"(dwell - how long would a stolen key go unnoticed, and what would notice it?

Simulates a shopping platform's traffic with a campaign that abuses a key an
insider kept, and measures how long each detector takes to notice, at alert
budgets set on other seeds.
)";

constexpr std::string_view kCommands = R"(
  dwell case-study                the 2025 case from start to end (minutes)
  dwell run SCENARIO              any scenario: simulate, calibrate, score
  dwell bench [SUITE]             the same for every scenario of a suite
  dwell resume FOLDER             goes on with a study that kept a checkpoint
  dwell report RESULTS            the leaderboard of a results file
  dwell list scenarios|suites|plans|calendars
                                  what can be run; dates scenarios name
  dwell list detectors            what is compared, and which logs each needs
  dwell schema [telemetry|scenario|results|calendar]
                                  columns of the logs; JSON Schema of the files
  dwell validate [FILE.csv]       simulated traffic, or a click log of yours,
                                  against published statistics
  dwell sensitivity [SCENARIO]    what the leaderboard rests on: one parameter
                                  at a time at a low and a high value
  dwell export SCENARIO           its telemetry, for programs of yours
  dwell phold                     the engine alone, on the PHOLD benchmark
  dwell bench-kernel [SCENARIO]   what an event costs, stage by stage
  dwell check-detector NAME|all   what every detector must hold, tried on it
  dwell score-series FILE.csv|-   a detector over a series of yours
  dwell score-edges FILE.csv|-    a detector over edges of yours
  dwell help [COMMAND]            this, or the options of one command
  dwell --version
)";

constexpr std::string_view kSubject = R"(
SCENARIO is a name from `dwell list scenarios` or the path of a JSON file.
)";

constexpr std::string_view kSuite = R"(
SUITE is a name from `dwell list suites` or the path of a JSON file. With one
scenario the results are those of `dwell run`, with more they lie side by side,
and a table sums up who noticed when in which.
)";

/// One option: its name with its value, and what it means, the default of the command at hand in place of {}.
std::string scale_option(std::string_view value) {
  return fmt::format(
      "  --scale N/M           share of members, background and campaign\n                        ({})\n", value);
}

std::string seeds_option(std::string_view value) {
  return fmt::format("  --seeds N             scored seeds ({})\n", value);
}

std::string calibration_option(std::string_view value) {
  return fmt::format("  --calibration-seeds N seeds for budgets ({})\n", value);
}

constexpr std::string_view kSeed = "  --seed N              base of all random numbers (1)\n";

constexpr std::string_view kDays = "  --days N              scored days (those of the reading)\n";

constexpr std::string_view kReading =
    R"(  --baseline NAME       reading of the case, such as founding or ministry
  --key-use HOW         shared_production, trusted_unused or exclusive
  --concentration HOW   even, or top16: 16 addresses carry most reads
)";

constexpr std::string_view kDetectors =
    R"(  --detector NAME       only this detector; may be repeated; with parameters,
                        NAME:a=1,b=2, or all those of its grid, NAME:*. From
                        outside: ./libmine.so:name or python:FILE.py:Class
  --detector-timeout S  seconds one from outside may take for an answer (30)
)";

constexpr std::string_view kGrid = "  --grid                every detector with all parameters of its grid\n";

constexpr std::string_view kThreads = "  --threads N           processors used (all); never changes a result\n";

constexpr std::string_view kCheckpoints =
    R"(  --checkpoint FOLDER   keeps there how far the study is, for `dwell resume`,
                        which prints the results again once it has ended
  --checkpoint-every T  simulated time between two of them (10d)
)";

/// The options of a study: the others are the defaults.
std::string study(std::string_view title, std::string_view scale, std::string_view seeds,
                  std::string_view calibration = "as many as scored") {
  return join({"\n", title, "\n", scale_option(scale), kSeed, seeds_option(seeds), calibration_option(calibration),
               kDays, kReading, kDetectors, kGrid, kThreads, kCheckpoints});
}

constexpr std::string_view kSimulated = "What is simulated";
constexpr std::string_view kOfScenario = "the scenario's, such as 1/1000";

constexpr std::string_view kResume = R"(
The folder holds everything the study was started with, but for
  --threads N           processors used (all); never changes a result
)";

constexpr std::string_view kBenchKernel = R"(
bench-kernel takes --scale (1/60), --days (1), --seed (1), --threads (all) and
--detector NAME: other runs have every detector, or only these.
)";

constexpr std::string_view kInProcess = "  --in-process          shared libraries in this program, not in their own\n";

std::string bench_kernel_page() {
  return join({"\nGeneration alone and with every detector, or with those named, each three times\nin turn\n",
               scale_option("1/60"), kSeed, "  --days N              after a day to learn (1)\n", kDetectors, kGrid,
               kInProcess, kThreads});
}

constexpr std::string_view kValidate = R"(
validate simulates --days (35) at --scale (1/200), with --seed (1) and --threads
(all). Exit 1: a statistic is outside its band.
  --scenario SCENARIO   whose members are simulated (coupang-2025), a name or a
                        file: its calendar counts, not its campaign's dates
  --from DATE           first day, of any scenario (2025-10-01: the weeks from
                        there hold Chuseok and a promotion of the reference)
  --full-year           all of 2025 instead
  --plot FILE.svg       a week of events and the hours of the day, drawn
  --fit                 parameters that fit what was seen: a part of a scenario,
                        to merge into a copy of one for `dwell run ./my.json`,
                        and what the columns do not tell
With a log (- is standard input; header row, time, and user or session needed;
one outside a band is no error of the log, but unlike the published shops):
  --columns LIST        its names, such as user=visitorid,time=timestamp; also
                        event, session, item, carrier, system, and outcome
                        (success or failure of a log-in, else empty); a column
                        for each, outcome=- for none
  --events LIST         its words, such as cart=addtocart,buy=transaction
  --zone Z              of its people, for times as numbers or in UTC (+09:00)
  --holidays, --promotions DATES
                        such as 2025-10-05..2025-10-08,2025-12-25
)";

constexpr std::string_view kSensitivity = R"(
sensitivity takes --scale (1/2000 without SCENARIO), --seeds (4) and the others
of a study but --grid and those of checkpoints.
)";

constexpr std::string_view kPlan =
    R"(  --plan NAME           parameters and their values (leaderboard): a name from
                        `dwell list plans` or a JSON file
  --budget B            1/day, 1/week or 1/month (1/day)
)";

std::string sensitivity_page() {
  return join({"\n", kSimulated, "\n", scale_option("1/2000; of a SCENARIO that is named, its own"), kSeed,
               seeds_option("4"), calibration_option("as many as scored"), kDays, kReading, kDetectors, kThreads,
               "\nWhat is varied\n", kPlan});
}

constexpr std::string_view kExport = R"(
export takes --scale, --seed (1), --baseline, --key-use and --concentration, and
writes to --output FILE, or - for stdout (its default).
)";

constexpr std::string_view kRows =
    R"(  --topics LIST         such as access,auth (access); `dwell schema telemetry`
  --pages LIST          of access rows: all, member-data, or names (all)
  --days N              from the first day, warm-up included (all)
  --clean               without the campaign
  --format batches      frames of detectors/hosts/PROTOCOL.md, the only format
)";

std::string export_page() {
  return join({"\n", kSimulated, "\n", scale_option(kOfScenario), kSeed, kReading, "\nWhat comes out\n", kRows,
               "  --output FILE, -o     written whole or not at all; - is stdout (stdout)\n"
               "  --quiet, -q           no progress\n"});
}

constexpr std::string_view kPhold = R"(
PHOLD (its defaults in parentheses)
  --processes N         logical processes (100000)
  --start-events N      events each starts with (1)
  --mean U              mean time between events, lookahead included (2)
  --lookahead U         least time between events, at most the mean (1)
  --remote P            chance that the next event is for another process (0.25)
  --end U               where the run ends, in units of 10^6 ticks (100)
  --engine KIND         serial, threads or mpi (threads); never changes a result
  --seed N              base of all random numbers (1)
  --threads N           processors used (all); never changes a result
)";

constexpr std::string_view kSeries = R"(
score-series: one score a row, and with labels what the scores are worth; with -
for FILE.csv, of rows from standard input
  --detector NAME       which (needed), perhaps with parameters
  --time COLUMN         seconds, or dates and times (time, timestamp, ts,
                        datetime or date; without one, rows are numbered)
  --value COLUMNS       one or several: a,b (all columns but the others)
  --label COLUMN        0 or 1, no or yes, false or true (label, is_anomaly,
                        anomaly or attack)
  --budget B            alerts precision and delay are judged at: 1/day,
                        1/week or 1/month (1/day)
)";

constexpr std::string_view kEdges = R"(
score-edges: the same for edges; with - from standard input
  --detector NAME       which (needed), perhaps with parameters
  --source COLUMN       names or numbers (source, src, src_ip, from or u)
  --destination COLUMN  (destination, dst, dst_ip, to or v)
  --tick COLUMN         whole numbers from 1, never back (tick, t or time)
  --label COLUMN        0 or 1, no or yes, false or true (label, is_anomaly,
                        anomaly or attack)
)";

constexpr std::string_view kScores = R"(
  --top K               how many alerts precision and delay are judged at, not a
                        budget (as many as rows are labelled, where there are no
                        times)
Scores go to stdout and the judgement to stderr; with --output or --json:
  --output FILE, -o     the scores, the judgement then goes to stdout
  --json                the judgement as JSON, to stdout: auc,
                        precision_at_budget, delay
  --quiet, -q           no progress
)";

constexpr std::string_view kRanks = R"(
On ranks: `./dwell --ranks N case-study|run|resume|phold ...` at the project's
root starts N of them on this machine.
  --patience S          seconds a rank may stand still before the run is given
                        up (600; phold 60)
)";

constexpr std::string_view kSpread =
    R"(  --spread HOW          what ranks share out: seeds, each run by one of them, or
                        shards of members, each seed run by all (seeds, when
                        there is one for each rank); never changes a result
)";

constexpr std::string_view kOutput = R"(
What comes out
  --json                JSON instead of tables
  --output FILE, -o     write the results file there, whole or not at all; -
                        is stdout
  --quiet, -q           no progress
)";

constexpr std::string_view kExamples = R"(
Examples
  dwell case-study --scale 1/100 --output long.json
  dwell run coupang-2025 --key-use exclusive --seeds 20
  dwell run my-case.json --json | jq '.summary[0]'
)";

constexpr std::string_view kExit = R"(
Exit: 0 done, 1 failed, 2 bad usage or input, 130 stopped by Ctrl-C (finished
seeds are kept in a results file marked partial; Ctrl-C again ends at once).
)";

}  // namespace

std::string help_text() {
  const std::string studies = study("What is simulated (case-study, run, bench)",
                                    kOfScenario, "8; case-study 6",
                                    "as many as scored; case-study 4");
  return join({kPurpose,     kCommands, kSubject, studies, kBenchKernel, kInProcess, kValidate,
               kSensitivity, kPlan,     kExport,  kRows,   kPhold,       kSeries,    kEdges,
               kScores,      kRanks,    kSpread,  kOutput, kExamples,    kExit});
}

std::string help_text(Command command) {
  switch (command) {
    case Command::case_study:
      return join({"dwell case-study - the 2025 case from start to end, in some minutes\n",
                   study(kSimulated, kOfScenario, "6", "4, or as --seeds"), kRanks, kSpread, kOutput, kExit});
    case Command::run:
      return join({"dwell run SCENARIO - any scenario: simulate, calibrate, score\n", kSubject,
                   study(kSimulated, kOfScenario, "8"), kRanks, kSpread, kOutput, kExamples, kExit});
    case Command::bench:
      return join({"dwell bench [SUITE] - every scenario of a suite (reference): simulate,\ncalibrate, score\n", kSuite,
                   study(kSimulated, "the scenarios', such as 1/1000", "8"), kRanks, kSpread, kOutput, kExit});
    case Command::export_rows:
      return join({"dwell export SCENARIO - its telemetry, for programs of yours\n", kSubject, export_page()});
    case Command::resume:
      return join({"dwell resume FOLDER - goes on with a study that kept a checkpoint\n", kResume, kRanks, kSpread,
                   kOutput, kExit});
    case Command::list:
      return join(
          {"dwell list scenarios - what can be run\n"
           "dwell list suites - lists of scenarios to compare detectors on\n"
           "dwell list plans - what `dwell sensitivity` can vary\n"
           "dwell list calendars - holidays that scenarios can name\n"
           "dwell list detectors - what is compared, which logs each needs, its check\n\n"
           "  --costs               bounds of memory and time, and memory measured\n"
           "  --grid                values of parameters that a study would sweep\n",
           kOutput});
    case Command::report:
      return join({"dwell report RESULTS - the leaderboard of a results file\n", kOutput});
    case Command::schema:
      return join(
          {"dwell schema telemetry - columns of the logs and what they hold, in Markdown\n"
           "dwell schema scenario - JSON Schema of scenario files\n"
           "dwell schema results - JSON Schema of results files\n"
           "dwell schema calendar - JSON Schema of calendars\n\n"
           "  --json                columns of the logs as JSON (the others are JSON)\n"
           "  --output FILE, -o     write it there, whole or not at all\n"
           "  --quiet, -q           no progress\n"});
    case Command::validate:
      return join({"dwell validate [FILE.csv] - traffic against published statistics\n", kValidate, kOutput});
    case Command::sensitivity:
      return join(
          {"dwell sensitivity [SCENARIO] - what the leaderboard rests on: one parameter at a\ntime at a low and a "
           "high value\n",
           kSubject, sensitivity_page(), kOutput});
    case Command::phold:
      return join({"dwell phold - the engine alone, on the PHOLD benchmark\n", kPhold, kRanks, kOutput});
    case Command::bench_kernel:
      return join({"dwell bench-kernel [SCENARIO] - what an event costs, stage by stage\n", kSubject,
                   bench_kernel_page(), kOutput});
    case Command::check_detector:
      return join(
          {"dwell check-detector NAME|FILE|all - what every detector must hold, tried on it\n\n"
           "NAME may have parameters: ewma:lambda=.2. Exit 1: a check failed.\n",
           kOutput});
    case Command::score_series:
      return join({"dwell score-series FILE.csv - a detector over a series of yours\n", kSeries, kScores});
    case Command::score_edges:
      return join({"dwell score-edges FILE.csv - a detector over edges of yours\n", kEdges, kScores});
    case Command::help:
    case Command::version:
      break;
  }
  return help_text();
}

}  // namespace dwell::cli
