# Logistic regressions of R's glm: reads segments as JSON, writes coefficients.
segments <- jsonlite::fromJSON(file("stdin"), simplifyVector = FALSE)
answers <- lapply(segments, function(segment) {
  z <- do.call(cbind, lapply(segment$z, unlist))
  fit <- suppressWarnings(glm.fit(cbind(1, z), unlist(segment$y), family = binomial(),
    control = glm.control(epsilon = 1e-14, maxit = 100)))
  list(intercept = fit$coefficients[[1]], coef = as.list(unname(fit$coefficients[-1])))
})
cat(jsonlite::toJSON(answers, auto_unbox = TRUE, digits = NA, na = "null"))
