// Names of roles and policies for people. Databases of the reference hold keys of translations for the built-in ones. Pure.
import { msg, t } from '@/i18n'

const BUILT_IN: Record<string, string> = {
  '$t:public_label': msg('Public'), '$t:public_description': msg('What anybody may do without logging in.'),
  '$t:admin_policy_label': msg('Administrator'), '$t:admin_policy_description': msg('May do everything.'),
  '$t:admin_description': msg('May do everything.'),
}

export const told = (text: string | null | undefined): string => (text ? BUILT_IN[text] ? t(BUILT_IN[text]) : text : '')

export const policyName = (policy: { name?: string | null } | null): string => told(policy?.name) || t('Without a name')
