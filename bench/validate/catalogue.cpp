#include "bench/validate/catalogue.hpp"

namespace dwell::validate {
namespace {

constexpr double kUnbounded = 1e300;
const char* const kByDays = "bootstrap of days";
const char* const kByUsers = "bootstrap of 64 groups of users";
const char* const kByRegression = "regression with autoregressive errors";

const char* const kFashion = "fashion shop's clickstream, 24,026 sessions";
const char* const kStore = "multi-category store's log";
const char* const kOtto = "OTTO, 216.7 M events";
const char* const kRecSys = "RecSys 2025, 18.7 M users";
const char* const kTaobao = "Taobao, 987,991 users";

Part part(std::string name, double low, double high, std::string unit = "") {
  Part out;
  out.name = std::move(name);
  out.unit = std::move(unit);
  out.band = {low, high};
  return out;
}

std::vector<Statistic> of_sessions() {
  return {
      {1,
       "pages per session",
       kByDays,
       {part("median", 3, 6), part("mean", 4, 11), part("p99 / median", 8, 14)},
       {{"median 4, mean 6.89, p99 / median 10.5", kFashion}},
       ""},
      {2,
       "single-page sessions",
       kByDays,
       {part("share", .05, .35, "%")},
       {{"8.5 %, from its lognormal 1.40 / 1.02", kFashion}},
       ""},
      {3,
       "tail of pages per session",
       kByDays,
       {part("SD of ln(length)", .85, 1.25), part("density's exponent from 8 on", 2.8, 3.6)},
       {{"SD of ln 1.02", kFashion}},
       "The exponent is the slope of the density over bins that are even in the logarithm. It depends on how far the "
       "data reach: from 50,000 sessions on."},
      {4,
       "think time",
       kByDays,
       {part("median", 28, 55, "s"), part("SD of ln", .7, 1.25)},
       {{"median 33 s, SD of ln .97", kStore}, {"7 s, exponential: not measured on people", "TPC-W"}},
       ""},
      {5,
       "think time is lognormal",
       kByDays,
       {part("KS distance", 0, .05), part("over that of the exponential", 0, .5)},
       {{".020 against .086, a ratio of .23", kStore}},
       ""},
      {6,
       "what events are",
       kByDays,
       {part("views", .89, .97, "%"), part("cart", .025, .08, "%"), part("orders", .008, .024, "%")},
       {{"89.85 / 7.80 / 2.35 %", kOtto},
        {"96.7 / 2.5 / .8 %", "RetailRocket, 2.8 M events"},
        {"2.0 M orders to 89.7 M views", kTaobao}},
       ""},
      {7,
       "sessions that order",
       kByDays,
       {part("share", .04, .16, "%")},
       {{"15.5 %", "UCI online shoppers' intention"}},
       ""},
  };
}

std::vector<Statistic> of_users() {
  return {
      {8,
       "how often users return",
       kByUsers,
       {part("daily / monthly", .44, .50), part("weekly / monthly", .82, .91)},
       {{".46 and .83 to .85 (15.9, 28.6 to 29.4, 34.4 M)", "reported users of the app"}},
       "Over spans of 28 days; a day's users are the mean of its days, a week's of its 22 windows."},
      {9,
       "events per user in 28 days",
       kByUsers,
       {part("p95 / p50", 3.5, 8), part("p99 / p50", 7, 16)},
       {{"17 and 60, anonymous users too", kRecSys}},
       ""},
      {10,
       "repeat orders per buyer",
       kByUsers,
       {part("Gini", .60, .80), part("share of the top tenth", .40, .60)},
       {{".757 and 56 %", "CDNOW"}},
       "Orders beyond the first, of those who ordered in a span of 28 days."},
      {11,
       "rank of items",
       "counts of items as Poisson variables",
       {part("exponent", .5, 1.3)},
       {{".60 to 1.03", "published logs of shops, as collected for this model"},
        {".64 to .83, pages asked of six web proxies", "Breslau et al., INFOCOM 1999"},
        {".99, documents asked for by web clients", "Cunha, Bestavros and Crovella, Boston University 1995"}},
       "Least squares on logarithms of counts, ranks 10 to 10,000, freed of what ranking Poisson counts does."},
  };
}

std::vector<Statistic> of_times() {
  return {
      {12,
       "hours of the day",
       kByDays,
       {part("peak / mean", 1.5, 1.8), part("peak / trough", 7, 16), part("peak", 21, 23, "h"),
        part("trough", 3, 5, "h")},
       {{"peak at 21 to 22, trough at 4", kTaobao}, {"peak / mean 1.78", kStore}},
       ""},
      {13,
       "days of the calendar",
       kByRegression,
       {part("least weekday", .93, 1.07), part("greatest weekday", .93, 1.07), part("Chuseok", .88, .95),
        part("promotion", 1.5, 3.6)},
       {{".92 (14 to 15 M daily users)", "reported users at Chuseok"}, {"3.4 to 3.5 on promotions", kStore}},
       "Factors on sessions. The level of a platform wanders from day to day, so that a few weeks of a log tell a "
       "factor to within its interval only; what wanders in simulated traffic is known and divided out."},
      {14,
       "how the rate wanders",
       "blocks of five days; days; quarters of the log",
       {part("CV of days without promotion", .05, .22), part("detrended dispersion", 1, kUnbounded),
        part("Hurst exponent", .65, .9)},
       {{"Hurst about .8, web traffic in its busiest hour", "Crovella and Bestavros, ToN 1997"},
        {"Hurst about .8 to .9, a local network", "Leland et al., ToN 1994"},
        {"a shop's traffic, more self-similar than the Web's at large",
         "Vallamsetty, Kant and Mohapatra, Electronic Commerce Research 2003"},
        {"dispersion 1 is a Poisson process; arrivals of packets and connections exceed it",
         "Paxson and Floyd, ToN 1995"}},
       "No published figure is known for the CV: its band is an assumption. Dispersion grows with the scale. The Hurst "
       "exponent is that of rescaled ranges, weekdays and holidays divided "
       "out; variances of means and detrended fluctuations stand in the JSON."},
      {15,
       "log-ins, carriers, systems",
       kByUsers,
       {part("failed log-ins", .03, .10, "%"), part("SKT", .37, .41, "%"), part("KT", .2184, .2584, "%"),
        part("LGU+", .1751, .2151, "%"), part("MVNO", .1564, .1964, "%"), part("Android of mobile", .73, .77, "%")},
       {{"39.00 / 23.84 / 19.51 / 17.64 %", "regulator's subscriber statistics, June 2025"},
        {"75 : 25", "market reports"}},
       "Shares of sessions."},
  };
}

}  // namespace

std::vector<Statistic> catalogue() {
  std::vector<Statistic> all = of_sessions();
  for (auto group : {of_users(), of_times()}) {
    for (Statistic& statistic : group) all.push_back(std::move(statistic));
  }
  return all;
}

}  // namespace dwell::validate
