import { mount } from 'svelte';
import App from './App.svelte';
import './styles.css';

const target = document.getElementById('app');
if (!target) throw new Error('lab: expected an element #app in index.html, found none.');
mount(App, { target });
