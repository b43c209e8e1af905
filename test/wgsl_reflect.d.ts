/** The package types its name alone, and its name alone resolves to CommonJS that Node takes for a module. */
declare module 'wgsl_reflect/wgsl_reflect.module.js' {
  export * from 'wgsl_reflect';
}
