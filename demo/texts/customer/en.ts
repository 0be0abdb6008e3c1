/**
 * Devices, passwords and staying signed in, in English.
 */

const kinds = {
  desktop: 'computer',
  phone: 'phone',
  tablet: 'tablet',
  other: 'device of another kind',
  unknown: 'unknown device',
}

export const enCustomer = {
  pages: 'Your account',
  orders: 'Orders',
  devices: {
    title: 'Your devices',
    tab: 'Devices',
    lead: 'Everywhere you are signed in. What you sign out here is a stranger from its next click on.',
    here: 'This one',
    kinds,
    browser: 'Unknown browser',
    on: (browser: string, system: string) => `${browser} on ${system}`,
    signedIn: 'Signed in',
    methods: { password: 'by password' } as Readonly<Record<string, string>>,
    seen: 'Last seen',
    ends: 'Ends',
    unused: (when: string) => `${when}, if it is not used`,
    anyway: (when: string) => `${when} at the latest`,
    address: 'Address',
    signOut: 'Sign out',
    signOutNamed: (device: string) => `Sign out: ${device}`,
    others: (count: number) => (count === 1 ? 'Sign out the other one' : `Sign out the ${count} others`),
    othersAsk: 'They will need your password again. Your cart and your orders stay as they are.',
    othersYes: (count: number) => (count === 1 ? 'Yes, sign it out' : `Yes, sign out all ${count}`),
    alone: 'You are signed in here and nowhere else.',
    aloneHint: 'Sign in with another browser, or in a private window, and it shows up here.',
    strange: 'There was one that you do not know? Then change your password, too.',
  },
  confirm: {
    title: 'Is it still you?',
    lead: 'This matters, so please type your password once more. Then you go on where you were.',
    button: 'It is me',
    good: 'It is not asked for again for ten minutes.',
    elsewhere: 'Not you?',
  },
  password: {
    title: 'Change your password',
    tab: 'Password',
    lead: 'Whoever knows the old one is out: every other device is signed out, and needs the new password to come back.',
    proved: (when: string) => `You typed the old one ${when}, so it is not asked for again.`,
    provedNow: 'You have just typed the old one, so it is not asked for again.',
    label: 'New password',
    button: 'Change it',
  },
  remember: {
    label: 'Keep me signed in on this device',
    hint: (span: string) =>
      `For 30 days, on a device that is yours alone. Otherwise you are signed out after ${span} without a click.`,
  },
  stay: {
    label: 'How long you stay signed in',
    before: 'You will be signed out in',
    after: '',
    why: 'Nothing was clicked for a while.',
    whyFinal: 'It is time for the password again.',
    button: 'Stay signed in',
    confirm: 'Type the password',
    said: 'You will be signed out {in}.',
    stayed: 'You stay signed in.',
    over: 'You are signed out.',
    overText: 'What you have typed is still here, and is here again when you come back.',
    again: 'Sign in again',
    failed: 'The shop did not answer.',
    back: 'What you had typed here is back.',
    soonTitle: 'Signed out soon',
    overTitle: 'Signed out',
    idle: (span: string) => `You are signed out after ${span} without a click.`,
    final: (span: string) => `You stay signed in here for ${span}, and then the password is due.`,
  },
}

export type CustomerTexts = typeof enCustomer
