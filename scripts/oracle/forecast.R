# Forecasts of R's forecast package: reads series as JSON, writes forecasts as JSON. Rscript forecast.R IN OUT [METHOD...]
# Each has its mean, its bounds of 80 and 95 %, and its milliseconds of CPU.
# With --lines it answers each line of its input, a series with its method, by a line.
suppressMessages(library(forecast))
suppressMessages(library(jsonlite))
arguments <- commandArgs(trailingOnly = TRUE)
methods <- list(
  "auto-arima" = function(y, h) forecast(auto.arima(y), h = h),
  "ets" = function(y, h) forecast(ets(y), h = h),
  "theta" = function(y, h) thetaf(y, h = h),
  "tbats" = function(y, h) forecast(tbats(y, use.parallel = FALSE), h = h),
  "bats" = function(y, h) forecast(bats(y, use.parallel = FALSE), h = h),
  "stlf" = function(y, h) stlf(y, h = h),
  "croston" = function(y, h) croston(y, h = h),
  "naive" = function(y, h) naive(y, h = h),
  "snaive" = function(y, h) snaive(y, h = h),
  "drift" = function(y, h) rwf(y, h = h, drift = TRUE),
  "mean" = function(y, h) meanf(y, h = h)
)
answer <- function(one, method) {
  values <- vapply(one$values, function(value) if (is.null(value)) NA_real_ else as.numeric(value), 0)
  y <- ts(values, frequency = one$period)
  tryCatch({
    used <- system.time(result <- suppressWarnings(method(y, one$h)))
    bounds <- function(of) if (is.null(of)) NULL else lapply(1:2, function(l) as.numeric(of[, l]))
    list(mean = as.numeric(result$mean), lower = bounds(result$lower), upper = bounds(result$upper), ms = 1000 * sum(used[1:2]))
  }, error = function(e) list(error = conditionMessage(e)))
}
as_json <- function(results) toJSON(results, digits = NA, auto_unbox = FALSE, na = "null", null = "null")
if (arguments[1] == "--lines") {
  input <- file("stdin", "r")
  while (length(line <- readLines(input, 1)) > 0) {
    one <- fromJSON(line, simplifyVector = FALSE)
    writeLines(as_json(answer(one, methods[[one$method]])))
    flush(stdout())
  }
} else {
  series <- fromJSON(arguments[1], simplifyVector = FALSE)
  chosen <- if (length(arguments) > 2) methods[intersect(names(methods), arguments[-(1:2)])] else methods
  write(as_json(lapply(series, function(one) lapply(chosen, function(method) answer(one, method)))), arguments[2])
}
