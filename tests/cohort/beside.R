# What R's survival says of data sets: Rscript beside.R FILE...; one line a number, "file name value".
# A file holds n, p, ties (0 Efron, 1 Breslow), then entry, time, event, group, stratum, weight and covariates by column.
suppressPackageStartupMessages(library(survival))
for (file in commandArgs(TRUE)) {
  head <- readBin(file, "double", 3)
  n <- head[1]; p <- head[2]
  v <- matrix(readBin(file, "double", 3 + n * (6 + p))[-(1:3)], n)
  entry <- v[, 1]; t <- v[, 2]; e <- v[, 3]; g <- v[, 4]; s <- v[, 5]; w <- v[, 6]; x <- v[, -(1:6), drop = FALSE]
  say <- function(name, values) cat(sprintf("%s %s %.17g\n", file, name, values), sep = "")
  ties <- if (head[3] == 0) "efron" else "breslow"
  control <- coxph.control(eps = 1e-14, iter.max = 60)
  fit <- coxph(Surv(entry, t, e) ~ x + strata(s), weights = w, ties = ties, robust = FALSE, control = control)
  say("coefficient", coef(fit)); say("error", sqrt(diag(vcov(fit)))); say("loglik", fit$loglik)
  plain <- coxph(Surv(entry, t, e) ~ x, ties = ties, control = control)
  say("plain", coef(plain)); say("zph", cox.zph(plain, transform = "km", terms = FALSE)$table[, "chisq"])
  say("concordance", concordance(plain)$concordance)
  say("logrank", survdiff(Surv(t, e) ~ g)$chisq); say("stratified", survdiff(Surv(t, e) ~ g + strata(s))$chisq)
  curve <- survfit(Surv(entry, t, e) ~ 1, conf.type = "log-log")
  say("survival", curve$surv[curve$n.event > 0])
}
