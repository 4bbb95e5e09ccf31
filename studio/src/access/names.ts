// Names of roles and policies for people. Databases of the reference hold keys of translations for the built-in ones. Pure.

const BUILT_IN: Record<string, string> = {
  '$t:public_label': 'Public', '$t:public_description': 'What anybody may do without logging in.',
  '$t:admin_policy_label': 'Administrator', '$t:admin_policy_description': 'May do everything.',
  '$t:admin_description': 'May do everything.',
}

export const told = (text: string | null | undefined): string => (text ? BUILT_IN[text] ?? text : '')

export const policyName = (policy: { name?: string | null } | null): string => told(policy?.name) || 'Without a name'
