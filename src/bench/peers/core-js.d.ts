declare module 'core-js/actual/iterator';
