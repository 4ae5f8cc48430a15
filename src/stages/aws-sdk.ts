/**
 * Keeps the AWS SDK from warning that its next versions need a newer Node: which one a user has is not this program's to
 * comment on. For whoever is about to import a package that has the SDK in it.
 */
export function quietAwsSdk(): void {
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
}
